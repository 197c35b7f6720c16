#include "sandbox/local_server.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "sandbox/files.hpp"
#include "sandbox/server_settings.hpp"
#include "sandbox/transaction_ids.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds version_limit{5'000};
constexpr milliseconds initdb_limit{60'000};
constexpr milliseconds copy_limit{60'000};
constexpr milliseconds stop_limit{10'000};

bool has_server(const fs::path& folder) {
  return access((folder / "postgres").c_str(), X_OK) == 0 &&
         access((folder / "initdb").c_str(), X_OK) == 0;
}

std::string version_of(const fs::path& folder) {
  const auto finished = run({.argv = {(folder / "postgres").string(), "--version"}}, version_limit);
  return finished.ok() ? version_in(finished.output) : "";
}

std::vector<fs::path> candidates() {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    out.push_back(entry.path() / "bin");
  for (const auto& entry : fs::directory_iterator("/usr", ignored)) {
    if (entry.path().filename().string().starts_with("pgsql-")) out.push_back(entry.path() / "bin");
  }
  out.emplace_back("/usr/local/pgsql/bin");
  if (const auto config = find_program("pg_config")) {
    auto finished = run({.argv = {config->string(), "--bindir"}}, version_limit);
    while (!finished.output.empty() && finished.output.back() == '\n') finished.output.pop_back();
    if (finished.ok()) out.emplace_back(finished.output);
  }
  if (const auto server = find_program("postgres")) out.push_back(server->parent_path());
  return out;
}

// PG* variables would reach into the server (PGDATA, PGPORT); its messages must be English.
const std::vector<std::string>& server_environment() {
  static const std::vector<std::string> environment{
      "LC_ALL=C", "TZ=UTC", "PGDATA=", "PGPORT=5432", "PGSYSCONFDIR=", "PGOPTIONS="};
  return environment;
}

std::string nothing_fits(const ServerOptions& options, const std::vector<Binaries>& all) {
  const std::string wanted =
      options.postgres.empty()
          ? std::to_string(options.postgres_min) + " to " + std::to_string(options.postgres_max)
          : options.postgres;
  const std::string package =
      options.postgres.empty() ? "postgresql" : "postgresql-" + options.postgres;
  std::string at_hand;
  for (const auto& one : all)
    at_hand +=
        (at_hand.empty() ? " (at hand: " : ", ") + one.version + " in " + one.folder.string();
  return "no PostgreSQL " + wanted + " on this machine" + (at_hand.empty() ? "" : at_hand + ")") +
         ": apt-get install " + package +
         ", or set RIDE_PG_BIN to its bin folder, or use --sandbox docker";
}

}  // namespace

std::vector<Binaries> find_binaries() {
  std::vector<fs::path> folders;
  if (const char* chosen = std::getenv("RIDE_PG_BIN"); chosen != nullptr && *chosen != '\0') {
    if (!has_server(chosen))
      throw std::runtime_error(std::string("RIDE_PG_BIN=") + chosen +
                               " has no initdb and postgres: point it at PostgreSQL's bin folder");
    folders.emplace_back(chosen);
  } else {
    folders = candidates();
  }
  std::vector<Binaries> out;
  std::set<fs::path> asked;  // links to the same program are asked once
  for (const auto& folder : folders) {
    std::error_code ignored;
    if (!has_server(folder) || !asked.insert(fs::canonical(folder / "postgres", ignored)).second)
      continue;
    const auto version = version_of(folder);
    out.push_back({folder, version, std::atoi(version.c_str())});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& one, const auto& other) { return one.major > other.major; });
  return out;
}

LocalServer::LocalServer(ServerOptions options) : options_(std::move(options)) {
  const auto all = find_binaries();
  const auto wanted = major_version(options_.postgres);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Binaries& one) {
    return wanted ? one.major == *wanted
                  : one.major >= options_.postgres_min && one.major <= options_.postgres_max;
  });
  if (found == all.end()) throw std::runtime_error(nothing_fits(options_, all));
  binaries_ = *found;
  identity_ = unprivileged_identity();
}

LocalServer::LocalServer(ServerOptions options, Binaries binaries)
    : options_(std::move(options)),
      binaries_(std::move(binaries)),
      identity_(unprivileged_identity()) {}

LocalServer::~LocalServer() { stop(false); }

void LocalServer::launch_new(const PrivateDirectory& directory, const DataContents& contents) {
  const auto file = directory.root / "initdb-password";
  write_private_file(file, contents.password.reveal() + "\n", identity_);
  const auto finished =
      run({.argv = {(binaries_.folder / "initdb").string(), "-D", directory.data().string(), "-U",
                    "postgres", "--no-sync", "--no-locale", "-E", "UTF8", "-A", "scram-sha-256",
                    "--pwfile", file.string(), "--wal-segsize=1"},
           .environment = server_environment(),
           .identity = identity_},
          initdb_limit);
  fs::remove(file);
  if (!finished.ok())
    throw std::runtime_error("initdb in " + directory.data().string() +
                             " failed: " + finished.last_error_line());
  write_contents(directory.data(), contents, identity_);
  launch(directory, {});
}

void LocalServer::launch(const PrivateDirectory& directory, const fs::path& data_template) {
  directory_ = directory;
  if (options_.created) options_.created(remains());
  if (!data_template.empty()) copy_tree(data_template, directory.data(), copy_limit);
  Command command;
  command.argv = protected_arguments(directory.data(), directory.socket(), directory.log());
  command.argv.insert(command.argv.begin(), (binaries_.folder / "postgres").string());
  command.environment = server_environment();
  command.identity = identity_;
  command.output = directory.log() / "startup.log";
  command.death_signal = SIGQUIT;
  child_ = Child::spawn(command);
}

void LocalServer::advance_transaction_ids(const PrivateDirectory& directory, std::uint32_t left) {
  sandbox::advance_transaction_ids(binaries_.folder, directory.data(), left, identity_);
}

void LocalServer::stop(bool cleanly) noexcept {
  if (!child_) return;
  try {
    child_->signal(cleanly ? SIGINT : SIGQUIT);
    if (!child_->wait(stop_limit)) child_->signal(SIGKILL);
    child_->wait(stop_limit);
    child_.reset();
  } catch (const std::exception&) {
    child_.reset();  // kills what is left
  }
}

std::optional<std::string> LocalServer::ended() {
  if (!child_) return "the server was stopped";
  const auto status = child_->wait(milliseconds(0));
  if (!status) return std::nullopt;
  const auto how = WIFSIGNALED(*status) ? "signal " + std::to_string(WTERMSIG(*status))
                                        : "exit code " + std::to_string(WEXITSTATUS(*status));
  const auto said = last_line(directory_->log() / "startup.log");
  return "the server ended with " + how + (said.empty() ? "" : ": " + said);
}

Remains LocalServer::remains() const {
  return {"local", directory_ ? directory_->root.string() : "", ""};
}

std::string LocalServer::describe() {
  return "local PostgreSQL " + binaries_.version + " (" + binaries_.folder.string() + ")";
}

}  // namespace ride::sandbox
