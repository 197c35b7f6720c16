// Secrets out of what is no statement itself: error and notice bodies, result rows, start-up
// parameters. All of it happens before the journal's ring; the bytes that are relayed stay as they
// are. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace ride::proxy {

// Body of an ErrorResponse or NoticeResponse, ready to be recorded. `secret_statement`: it speaks
// of a statement that carries a secret; what may quote it is then taken out whole, for an error
// message can repeat any part of its statement ("syntax error at or near ..."). A body that was cut
// off is given its ends back.
struct RedactedBody {
  std::string body;
  bool changed = false;
};
RedactedBody redact_error(Bytes body, bool secret_statement);

// Which columns of a RowDescription have a name that says that its values are secret, ascending.
std::vector<std::size_t> secret_columns(Bytes row_description);

// A DataRow's body with the values redacted that mention secrets (a statement in pg_stat_activity,
// a connection string in a table), that stand behind a value that names one (an option's name and
// value), or in one of these columns; nullopt: nothing to do.
std::optional<std::string> redact_row(Bytes body, const std::vector<std::size_t>& secret_columns);

// Start-up parameters, (name NUL value NUL)*.
std::string redact_parameters(Bytes pairs);

// `text`, or what is left of it.
std::string redact_text(std::string_view text);

}  // namespace ride::proxy
