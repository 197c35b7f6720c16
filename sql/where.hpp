// Whom a statement such as
//   SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'x'
// signals: where the argument comes from and, where it is the pid of pg_stat_activity, which of the
// sessions known to the caller its WHERE selects. The condition is evaluated as SQL would, with
// NULL, and with one more value: whatever is not understood for certain is cannot_tell, and a
// caller must never read that as no.
//
// signal_query() parses on the calling thread, see worker.hpp; matches() is a pure function that
// any thread may call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ride::sql {

enum class Truth { no, yes, null, cannot_tell };

struct Condition;  // condition.hpp

struct SignalQuery {
  enum class Source {
    literal,      // pid
    parameter,    // $parameter
    session_pid,  // column pid of pg_stat_activity: ask matches()
    unknown       // an expression, a join, several such calls …
  };
  std::string function;  // "pg_terminate_backend" or "pg_cancel_backend"
  Source source = Source::unknown;
  std::int64_t pid = 0;
  std::uint32_t parameter = 0;
  bool limited = false;  // LIMIT, OFFSET, FETCH FIRST or TABLESAMPLE: certain only if one matches
  // The WHERE, joined by AND over nested selects. Copies share it; nobody changes it. Null: all
  // rows.
  std::shared_ptr<const Condition> where;
};

// A row of pg_stat_activity as far as the caller knows it. `columns` holds text by column name
// (application_name, usename, datname, state, wait_event_type, query, backend_type, …), nullopt for
// SQL's NULL; a column that is not in it is not known, and a condition on it cannot tell.
struct Session {
  std::int64_t pid = 0;
  std::map<std::string, std::optional<std::string>, std::less<>> columns;
};

// What the expressions around the columns may refer to. Unset: cannot tell.
struct Context {
  std::optional<std::int64_t> own_pid;  // pg_backend_pid()
  std::optional<std::string> current_user;
  std::optional<std::string> session_user;
  std::optional<std::string> current_database;
  std::vector<std::optional<std::string>> parameters;  // $1 first; nullopt is NULL
};

// nullopt: the statement calls neither function, or was not parsed.
std::optional<SignalQuery> signal_query(std::string_view text);

// Whether the row of this session is among those the function is called for. cannot_tell for every
// session unless source is session_pid; never null, because a row whose WHERE is null is not taken.
Truth matches(const SignalQuery& query, const Session& session, const Context& context);

}  // namespace ride::sql
