// Which statements can have ended sessions, and what each says about whom: the wire's part of the
// question that attribution.hpp answers.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/facts/statements.hpp"
#include "sql/where.hpp"

namespace ride::journal::facts {

enum class Answered { yes, no, unknown, failed, not_called };

// A pid that is on the wire, and what pg_terminate_backend said of it.
struct SignalledPid {
  std::int64_t pid = 0;
  Answered answered = Answered::unknown;
};

struct Signal {
  const Stmt* stmt = nullptr;
  std::vector<SignalledPid> pids;  // literal, parameter, or beside the result in its row
  bool open = false;               // it may have ended others than `pids`
  std::optional<std::int64_t>
      sent;                    // how many others at most, from its result; nullopt: any number
  std::int64_t refused = 0;    // calls that returned false, for whom is not known
  bool failed_unsent = false;  // it failed, and nothing says that anyone died of it
  std::optional<sql::SignalQuery> query;  // whose pids, where it asks pg_stat_activity
  sql::Context context;
  Text only_database;  // DROP DATABASE … FORCE
};

// What learners made that can signal out of sight: functions, and relations with such a view, rule,
// trigger or policy.
struct Hidden {
  std::set<std::string> functions, relations;
};
Hidden find_hidden(const std::vector<Stmt*>& statements);

std::optional<Signal> signal_of(const Stmt& stmt, const Hidden& hidden, sql::Analyser& analyser);

}  // namespace ride::journal::facts
