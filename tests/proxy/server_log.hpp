// What a PostgreSQL server with log_statement=all, jsonlog and pg_stat_statements says its clients
// ran: the other side of a reconciliation with the journal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sql/worker.hpp"
#include "tests/support/postgres.hpp"

namespace ride::test {

// The settings that such a server needs.
std::vector<std::string> telling_settings();

// By backend, in the order of the log:
//   "statement: TEXT"  a query string, however many statements are in it
//   "execute: TEXT"    the first Execute of a portal; of PREPARE and DECLARE what they are for
//   "fetch"            a further one
//   "call OID"         a function call
//   "error SQLSTATE"   ERROR and FATAL alike
using ServerLog = std::map<std::int64_t, std::vector<std::string>>;
// Of sessions of the role `oncall`. Waits until all that was logged so far is in the file.
ServerLog read_server_log(const Postgres& server, sql::Analyser& analyser);

// How often statements ended well, by fingerprint (or text, where there is none).
struct Call {
  std::string text;
  std::int64_t count = 0;
};
using Calls = std::map<std::string, Call>;
void count(Calls& calls, const std::string& text, std::int64_t times, sql::Analyser& analyser);
// pg_stat_statements of the role `oncall`.
Calls read_calls(const Postgres& server, sql::Analyser& analyser);

// What PREPARE and DECLARE are for; other texts as they are.
std::string body_of(const std::string& text, sql::Analyser& analyser);

}  // namespace ride::test
