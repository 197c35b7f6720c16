// How ride records: what every journal that a command writes has in common.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "journal/key.hpp"
#include "journal/writer.hpp"

namespace ride::cli {

// `durability` as on the command line: process or power.
journal::WriterOptions recording_options(const std::string& durability,
                                         std::optional<journal::SigningKey> key);

// The line that a person should read where the file lies in memory, or "".
std::string memory_warning(const std::filesystem::path& file);

// Finishes the files in a folder whose writers died; those that are being written are left alone.
// One line for each that was finished, or why it could not be: that stops nobody from recording.
std::vector<std::string> recover_left_behind(const std::filesystem::path& folder);

}  // namespace ride::cli
