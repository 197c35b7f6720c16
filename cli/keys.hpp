// Which key signs a file. What `ride postgres` records is signed with the key of RIDE_HOME. What
// `ride proxy` records is signed with that one too where RIDE_HOME is set, else with one in the
// journal's folder, so that a service needs no home. Both are made at first use.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/paths.hpp"
#include "journal/key.hpp"

namespace ride::cli {

journal::SigningKey home_key(const Home& home);
journal::SigningKey proxy_key(const std::filesystem::path& journal_folder);

// The one of these that has signed the file before, or would have; nothing where it is not here.
std::optional<journal::SigningKey> key_of(const std::filesystem::path& file);

}  // namespace ride::cli
