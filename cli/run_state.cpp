#include "cli/run_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/json.hpp"
#include "cli/failure.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string_view name_of(RunPhase phase) {
  switch (phase) {
    case RunPhase::starting:
      return "starting";
    case RunPhase::running:
      return "running";
    case RunPhase::interrupted:
      return "interrupted";
  }
  return "";
}

RunPhase phase_of(std::string_view name) {
  for (const auto phase : {RunPhase::starting, RunPhase::running, RunPhase::interrupted})
    if (name_of(phase) == name) return phase;
  throw std::runtime_error("unknown phase");
}

std::string text(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

json::array servers_json(const std::vector<RunServer>& servers) {
  json::array out;
  for (const auto& one : servers)
    out.push_back(json::object{{"name", one.name}, {"port", one.port}, {"dsn", one.dsn}});
  return out;
}

std::vector<RunServer> servers_from(const json::array& written) {
  std::vector<RunServer> out;
  for (const auto& value : written) {
    const auto& one = value.as_object();
    out.push_back({text(one, "name"), one.at("port").to_number<std::uint16_t>(), text(one, "dsn")});
  }
  return out;
}

}  // namespace

const std::string& dsn_of(const RunState& state, const std::string& server) {
  if (server.empty()) return state.dsn;
  std::string names;
  for (const auto& one : state.servers) {
    if (one.name == server) return one.dsn;
    names += (names.empty() ? "; there is " : ", ") + one.name;
  }
  throw Failure("this run has no server \"" + server + "\"" + names);
}

std::string to_json(const RunState& state) {
  return json::serialize(json::object{{"phase", name_of(state.phase)},
                                      {"name", state.name},
                                      {"scenario", state.scenario},
                                      {"scenario_folder", state.scenario_folder},
                                      {"learner", state.learner},
                                      {"requested_sandbox", state.requested_sandbox},
                                      {"postgres", state.postgres},
                                      {"offline", state.offline},
                                      {"durability", state.durability},
                                      {"requested_port", state.requested_port},
                                      {"listen", state.listen},
                                      {"sandbox", state.sandbox},
                                      {"private_folder", state.private_folder},
                                      {"container", state.container},
                                      {"port", state.port},
                                      {"dsn", state.dsn},
                                      {"servers", servers_json(state.servers)},
                                      {"file", state.file},
                                      {"supervisor", state.supervisor},
                                      {"attempt", state.attempt},
                                      {"seed", state.seed},
                                      {"keeps_seed", state.keeps_seed},
                                      {"values", state.values},
                                      {"hint_cost", state.hint_cost},
                                      {"parent", state.parent}});
}

RunState run_state_from_json(std::string_view written) {
  const json::value value = json::parse(written);
  const json::object& object = value.as_object();
  RunState state;
  state.phase = phase_of(text(object, "phase"));
  state.name = text(object, "name");
  state.scenario = text(object, "scenario");
  state.scenario_folder = text(object, "scenario_folder");
  state.learner = text(object, "learner");
  state.requested_sandbox = text(object, "requested_sandbox");
  state.postgres = text(object, "postgres");
  state.offline = object.at("offline").as_bool();
  state.durability = text(object, "durability");
  state.requested_port = object.at("requested_port").to_number<std::uint16_t>();
  state.listen = text(object, "listen");
  state.sandbox = text(object, "sandbox");
  state.private_folder = text(object, "private_folder");
  state.container = text(object, "container");
  state.port = object.at("port").to_number<std::uint16_t>();
  state.dsn = text(object, "dsn");
  state.servers = servers_from(object.at("servers").as_array());
  state.file = text(object, "file");
  state.supervisor = object.at("supervisor").to_number<pid_t>();
  state.attempt = object.at("attempt").to_number<std::uint32_t>();
  state.seed = object.at("seed").to_number<std::uint32_t>();
  state.keeps_seed = object.at("keeps_seed").as_bool();
  state.values = text(object, "values");
  state.hint_cost = object.at("hint_cost").to_number<int>();
  state.parent = text(object, "parent");
  return state;
}

std::optional<RunState> load_run_state(const Home& home) {
  std::ifstream in(home.run_file(), std::ios::binary);
  if (!in) return std::nullopt;
  const std::string written{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  try {
    return run_state_from_json(written);
  } catch (const std::exception&) {
    throw Failure(home.run_file().string() +
                  " is not a run's description of this version of ride; remove it to go on");
  }
}

void save_run_state(const Home& home, const RunState& state) {
  const fs::path unfinished = home.run() / "run.json.new";
  {
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out << to_json(state) << '\n';
    out.close();
    if (!out) throw Failure("cannot write " + unfinished.string() + "; is the disk full?");
  }
  fs::rename(unfinished, home.run_file());
}

void remove_run_state(const Home& home) {
  fs::remove(home.run_file());
  fs::remove(home.run() / "control.sock");
}

std::optional<RunLock> RunLock::try_take(const Home& home) {
  const int descriptor =
      ::open(home.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0)
    throw Failure("cannot write " + home.lock_file().string() + ": " +
                  std::generic_category().message(errno) + "; set RIDE_HOME to a writable folder");
  RunLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return std::nullopt;
  throw Failure("cannot lock " + home.lock_file().string() + ": " +
                std::generic_category().message(errno));
}

std::optional<RunLock> RunLock::of_dead_run(const Home& home) {
  const int descriptor = ::open(home.lock_file().c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) return RunLock(-1);
  if (descriptor < 0) return std::nullopt;
  RunLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ride::cli
