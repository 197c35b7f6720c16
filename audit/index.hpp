// What search reads instead of the record: a cache of one file's statements with their full text,
// derived from the events. It is a file of its own under RIDE_HOME, so that searching never changes
// the evidence; it says of which file and state it is and by which version it was made, and is made
// again when any of that differs. Mode 0600, for it repeats what the record says.
//
// One thread. Throws std::runtime_error or std::system_error, one line.
#pragma once

#include <filesystem>
#include <functional>

#include "scorer/sqlite.hpp"

namespace ride::audit {

inline constexpr int index_version = 1;
inline constexpr std::size_t result_bytes_indexed_max = 64U << 10U;  // of one statement

// Where the index of that file is or would be.
std::filesystem::path index_path(const std::filesystem::path& file,
                                 const std::filesystem::path& folder);

// The index of `file` in `folder`, made where it must be; `building` is told before that. Of a file
// that is being written it has what is committed now.
//
//   statement(id, attempt, n, connection, at_us, outcome, sqlstate, database, role, application,
//             relations, functions)   the last two: names, each between spaces
//   words(text, parameters, result, error)   FTS5, rowid = statement.id
scorer::ConnectionHandle open_index(const std::filesystem::path& file,
                                    const std::filesystem::path& folder,
                                    const std::function<void()>& building);

// Removes the indexes of files that are gone.
void remove_orphans(const std::filesystem::path& folder);

}  // namespace ride::audit
