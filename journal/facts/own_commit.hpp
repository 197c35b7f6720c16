// Whether a statement that completes outside a block commits by itself, before its pipeline ends,
// itself and what stands before it: an error behind it undoes it no more.
#pragma once

#include <cstdint>

#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

enum class OwnCommit : std::uint8_t {
  no,
  perhaps,  // a procedure, or a command that does so in some of its forms
  yes,      // what cannot run in a transaction: CREATE DATABASE, VACUUM …
};

OwnCommit own_commit(const Stmt& stmt);

}  // namespace ride::journal::facts
