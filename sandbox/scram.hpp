// SCRAM-SHA-256 verifiers as PostgreSQL stores them, so that what reaches a server, and thus could
// reach its log, is no password.
//
// They are made with one iteration. Iterations make the guessing of weak passwords dear; ours are
// 192 random bits, which nobody guesses, while each of a start's thirty logins would pay for 4,096.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace ride::sandbox {

// "SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>". The password is ASCII: it is not
// normalised as SASLprep would.
std::string scram_verifier(const Secret& password, const std::string& salt, int iterations = 1);

}  // namespace ride::sandbox
