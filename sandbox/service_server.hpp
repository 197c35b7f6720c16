// PostgreSQL in a service of its own, beside ride's (Docker Compose): ride holds no engine's
// socket, and asks docker/server-entry through a folder that both share. Each start makes a fresh
// cluster, which ride never sees: there are no templates.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sandbox/server.hpp"

namespace ride::sandbox {

// The shared folder that RIDE_SERVER names; nothing where it is not set.
std::optional<std::filesystem::path> named_service_folder();
inline constexpr const char* default_service_folder = "/ride/server";

// Waits for the service. Throws std::runtime_error where none answers, it cannot be used, or its
// version is outside the bounds.
std::unique_ptr<Server> make_service_server(const std::filesystem::path& folder,
                                            const ServerOptions& options,
                                            std::chrono::milliseconds limit);

// Has a service's server ended that a dead ride left behind. "" or one line about why it still
// runs.
std::string stop_service(const std::filesystem::path& folder);

}  // namespace ride::sandbox
