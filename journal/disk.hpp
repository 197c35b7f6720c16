// What a file lies on, and when its name is safe there.
#pragma once

#include <cstdint>
#include <filesystem>

namespace ride::journal {

// Whether a file, or the folder it would be made in, is kept in memory alone (tmpfs, ramfs). False
// where that cannot be told.
bool is_in_memory(const std::filesystem::path& file);

// What is free on the disk of the file's folder. A great many where that cannot be told.
std::uint64_t free_bytes(const std::filesystem::path& file);

// Brings the names in the file's folder to the disk: what was made, renamed or removed there.
// Throws std::system_error.
void sync_folder(const std::filesystem::path& file);

}  // namespace ride::journal
