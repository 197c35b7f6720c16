// What a Writer does before its thread starts.
#pragma once

#include <filesystem>

#include "journal/database.hpp"
#include "journal/liveness.hpp"
#include "journal/writer.hpp"

namespace ride::journal {

// Throws std::runtime_error where another process writes the file.
WriterLock lock_of(const std::filesystem::path& file);

// A new file, or an existing one at rest to go on with; ready for its level. Until the lock is
// held, nothing of the file may be touched. Throws as the Writer's constructor says.
Database prepared_database(const std::filesystem::path& file, const WriterOptions& options);

}  // namespace ride::journal
