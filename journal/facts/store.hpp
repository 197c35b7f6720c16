// Puts facts into a file and says what they hash to. The caller's Database, the caller's thread;
// throws as Database does.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "journal/database.hpp"
#include "journal/facts/facts.hpp"
#include "journal/sha256.hpp"

namespace ride::journal::facts {

// Makes the tables where they are missing and replaces what is stored of the attempt, in one
// transaction. `schema` is "main" for an attempt file; "temp" keeps the tables with the connection
// alone, as for grading a file that may not be written, and hides those of the file by their name.
void store(const Database& database, std::uint32_t attempt, const Facts& facts,
           std::string_view schema = "main");

// SHA-256 over all fact tables of the attempt in the order of schema.hpp: for each the name and a
// line feed, for each row its values after `position`: 'n', or 'i' decimal, or 't' length ':'
// bytes, and a line feed after the row. A table that is missing counts as empty.
Digest digest(const Database& database, std::uint32_t attempt, std::string_view schema = "main");

// The same over what stands in the file, with the tables and columns that its own version had: what
// its submit_ended names, whichever version derived it.
Digest digest_as_stored(const Database& database, std::uint32_t attempt);

// Of which attempts rows stand in the file, ascending.
std::vector<std::uint32_t> attempts_with_facts(const Database& database);

}  // namespace ride::journal::facts
