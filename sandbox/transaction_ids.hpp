// Makes a cluster old: what years of traffic do to its transaction ids, in a moment. The programs
// are PostgreSQL's own, pg_controldata and pg_resetwal; the server must be down, and its last
// shutdown clean.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "sandbox/process.hpp"

namespace ride::sandbox {

// The next id to be given out, so that `left` of them remain before a server whose oldest id is
// that one refuses to give out more. The distance is the same in PostgreSQL 14 to 18.
std::uint32_t next_transaction_id(std::uint32_t oldest, std::uint32_t left);

// The number behind `key` in what pg_controldata says; nothing where it says none.
std::optional<std::uint32_t> number_in_control_data(const std::string& said,
                                                    const std::string& key);

// `binaries` is the folder with PostgreSQL's programs, `owner` whom the data directory belongs to.
// Throws std::runtime_error with one line.
void advance_transaction_ids(const std::filesystem::path& binaries,
                             const std::filesystem::path& data, std::uint32_t left,
                             const std::optional<Identity>& owner);

}  // namespace ride::sandbox
