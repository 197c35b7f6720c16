// Which statements the requests of an attempt hold: rows of fact_statements by the seq of their
// request. Read from the file where it was submitted, derived in memory where not.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "journal/event.hpp"
#include "journal/facts/facts.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::replay {

// Of one request, by position inside its string.
using StatementsOfRequest = std::vector<journal::facts::StatementRow>;
using Numbering = std::map<journal::Seq, StatementsOfRequest>;

// Throws std::runtime_error, one line, where the stored facts cannot be read.
Numbering read_numbering(journal::Reader& reader, std::uint32_t attempt);

// For a damaged file: as stored at submit, where that can be read; from the events that can be.
std::optional<Numbering> stored_numbering(journal::Reader& reader, std::uint32_t attempt);
Numbering derive_numbering(const std::vector<journal::Event>& events);

}  // namespace ride::replay
