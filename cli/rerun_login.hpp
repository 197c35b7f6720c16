// How a recorded session logs in once more: with the start-up parameters that it had, at another
// server. Pure functions.
#pragma once

#include <string>

#include "cli/rerun_session.hpp"

namespace ride::cli {

// libpq's keywords of a connection string. Throws Failure, with the text left out: it may hold a
// password.
LoginWords words_of(const std::string& dsn);

std::string word(const LoginWords& words, const std::string& key);  // "" where absent

// `server` says where, and what it says of user and dbname counts. Settings that libpq has no
// keyword for go into `options`, which the server takes alike.
LoginWords login_words(const LoginWords& server, const replay::RerunConnection& connection);

// What the environment of this process would add to a session's start-up is taken away.
void forget_session_environment();

}  // namespace ride::cli
