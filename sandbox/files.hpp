// Files and folders of a sandbox that other users must not read.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "sandbox/process.hpp"

namespace ride::sandbox {

// Mode 0600, owned by `owner` (or us), replaced if it is there.
void write_private_file(const std::filesystem::path& file, const std::string& text,
                        const std::optional<Identity>& owner);
// Mode 0700. The parent must exist.
void make_private_folder(const std::filesystem::path& folder, const std::optional<Identity>& owner);

// At most `limit` bytes; throws std::system_error naming the file.
std::string read_file(const std::filesystem::path& file, std::size_t limit_bytes);
// Of a log, for one-line errors; "" where there is none.
std::string last_line(const std::filesystem::path& file) noexcept;

// A folder with everything in it, owners and modes kept; `to` must not exist or be empty.
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
               std::chrono::milliseconds limit);

// `bytes` random bytes of the kernel's as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace ride::sandbox
