#include "sandbox/server.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string_view>

#include "sandbox/docker_server.hpp"
#include "sandbox/files.hpp"
#include "sandbox/local_server.hpp"
#include "sandbox/service_server.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t memory_needed_bytes = 4ULL << 30U;
constexpr std::chrono::seconds service_limit{30};
constexpr std::uint64_t room_needed_bytes = 2ULL << 30U;

// The first number in a file's line that begins with `key`; nothing where there is none.
std::optional<std::uint64_t> number_in(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    std::istringstream rest(line.substr(key.size()));
    std::uint64_t value = 0;
    if (rest >> value) return value;
  }
  return std::nullopt;
}

// Memory that a container's limit or a small machine cannot spare stays untouched.
bool plenty_of_memory() {
  struct statvfs room {};
  if (statvfs("/dev/shm", &room) != 0 || room.f_bavail * room.f_frsize < room_needed_bytes)
    return false;
  const auto available = number_in("/proc/meminfo", "MemAvailable:");
  const auto limit = number_in("/sys/fs/cgroup/memory.max", "");
  return available && *available * 1024 >= memory_needed_bytes &&
         limit.value_or(memory_needed_bytes) >= memory_needed_bytes;
}

void check_request(Mode mode, const ServerOptions& options, bool allow_local, bool allow_docker) {
  if (mode == Mode::docker && !allow_docker)
    throw std::runtime_error("this scenario does not run in Docker: use --sandbox local");
  if (mode == Mode::server && !allow_docker)
    throw std::runtime_error("this scenario runs on local servers only: use --sandbox local");
  if (mode == Mode::local && !allow_local)
    throw std::runtime_error("this scenario runs in Docker only: use --sandbox docker");
  const auto major = major_version(options.postgres);
  if (major && (*major < options.postgres_min || *major > options.postgres_max))
    throw std::runtime_error("the scenario wants PostgreSQL " +
                             std::to_string(options.postgres_min) + " to " +
                             std::to_string(options.postgres_max) + ", not " + options.postgres);
  if (mode == Mode::local && !options.postgres.empty() && !major)
    throw std::runtime_error("--postgres " + options.postgres +
                             " names an image: use --sandbox docker, or a major version");
}

Choice choose_service(const ServerOptions& options, const std::string& why) {
  const auto folder = named_service_folder().value_or(default_service_folder);
  return {make_service_server(folder, options, service_limit), why};
}

std::string local_reason(bool allow_docker, const std::string& docker_trouble) {
  return allow_docker ? "local: " + docker_trouble : "local: the scenario does not run in Docker";
}

}  // namespace

void Server::advance_transaction_ids(const PrivateDirectory&, std::uint32_t) {
  throw std::runtime_error(std::string("a server in mode ") + mode() +
                           " cannot have its transaction ids advanced: use --sandbox local");
}

std::optional<int> major_version(const std::string& postgres) {
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (postgres.empty() || postgres.size() > 3 ||
      !std::all_of(postgres.begin(), postgres.end(), digit))
    return std::nullopt;
  return std::stoi(postgres);
}

PrivateDirectory make_private_directory(const std::optional<Identity>& identity, bool in_memory,
                                        const std::string& home) {
  const fs::path place = in_memory && plenty_of_memory() ? "/dev/shm" : "/tmp";
  PrivateDirectory directory{place / ("ride-" + random_hex(4))};
  make_private_folder(directory.root, identity);
  if (!home.empty()) write_owner(directory.root, home);
  for (const auto& folder : {directory.data(), directory.socket(), directory.log()})
    make_private_folder(folder, identity);
  return directory;
}

std::string version_in(const std::string& said) {
  const std::string marker = "(PostgreSQL) ";
  const auto at = said.find(marker);
  if (at == std::string::npos) return "";
  const auto from = at + marker.size();
  return said.substr(from, said.find_first_of(" \n", from) - from);
}

void write_contents(const fs::path& data, const DataContents& contents,
                    const std::optional<Identity>& owner) {
  const auto file = data / "postgresql.conf";
  std::ofstream out(file, std::ios::app);
  out << contents.configuration;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  write_private_file(data / "pg_hba.conf", contents.authentication, owner);
}

Choice choose_server(Mode mode, const ServerOptions& options, bool allow_local, bool allow_docker) {
  check_request(mode, options, allow_local, allow_docker);
  if (mode == Mode::server) return choose_service(options, "server: asked for");
  if (mode == Mode::automatic && allow_docker && named_service_folder())
    return choose_service(options, "server: RIDE_SERVER names one");
  const bool image_named = !options.postgres.empty() && !major_version(options.postgres);
  if (mode == Mode::automatic && allow_docker && image_named) mode = Mode::docker;
  if (mode == Mode::docker || (mode == Mode::automatic && !allow_local)) {
    using docker::Pull;
    return {make_docker_server(options, options.offline ? Pull::never : Pull::if_missing),
            mode == Mode::docker ? "docker: asked for" : "docker: the scenario runs nowhere else"};
  }
  if (mode == Mode::local) return {std::make_unique<LocalServer>(options), "local: asked for"};

  std::string trouble;
  if (allow_docker) {
    try {
      return {make_docker_server(options, docker::Pull::never), "docker: an engine answers"};
    } catch (const std::runtime_error& error) {
      trouble = error.what();
    }
  }
  try {
    return {std::make_unique<LocalServer>(options), local_reason(allow_docker, trouble)};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) +
                             (trouble.empty() ? "" : "; Docker: " + trouble));
  }
}

}  // namespace ride::sandbox
