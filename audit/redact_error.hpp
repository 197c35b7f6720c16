// Errors, notices and lines of the server's log without the values that they quote. docs/audit.md
// says what stays of them.
#pragma once

#include <optional>
#include <string>

#include "audit/remover.hpp"
#include "base/bytes.hpp"

namespace ride::audit {

// The body of an ErrorResponse or NoticeResponse. `quotes`: it may quote a value that goes.
std::string redact_error(Bytes body, bool quotes, Remover& remover);

// One line of the jsonlog. nullopt: nothing to do.
std::optional<std::string> redact_log_line(std::string_view line, Remover& remover);

}  // namespace ride::audit
