// Decodes one `ended` event into what a reader sees of it. Pure.
#pragma once

#include "journal/event.hpp"
#include "replay/moment.hpp"

namespace ride::replay {

// Everything but number, outcome, duration and transaction state, which are the statement's.
StatementEnded read_answer(const journal::Event& ended);

}  // namespace ride::replay
