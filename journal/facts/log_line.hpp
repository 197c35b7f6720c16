// One line of the server's jsonlog as a value.
#pragma once

#include <optional>

#include "journal/event.hpp"
#include "journal/facts/timeline.hpp"
#include "journal/fields.hpp"

namespace ride::journal::facts {

// Of a log_line event; nothing where its text is no JSON object.
std::optional<LogLine> read_log_line(const Event& event, const Fields& fields);

}  // namespace ride::journal::facts
