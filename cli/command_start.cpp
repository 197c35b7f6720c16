// `ride postgres start`: checks what can be checked at once, then leaves the run to a supervisor.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <memory>
#include <system_error>

#include "base/json.hpp"
#include "cli/brief.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/first_process.hpp"
#include "cli/options.hpp"
#include "cli/recording.hpp"
#include "cli/run.hpp"
#include "cli/supervisor.hpp"
#include "cli/terminal.hpp"
#include "sandbox/scenario.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

// Says at once what the proxy would find only after the sandbox has booted.
void require_free_port(const std::string& listen, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(listen.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    throw Failure("--listen " + listen + " is no numeric address; 127.0.0.1 is the default");
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address(found, ::freeaddrinfo);
  const Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), address->ai_addr, address->ai_addrlen) != 0)
    throw Failure("cannot listen on " + listen + " port " + std::to_string(port) + ": " +
                  std::generic_category().message(errno) +
                  "; choose another --port, or none for one that is free");
}

RunState describe_run(const Start& options, const Home& home, const std::filesystem::path& folder) {
  RunState state;
  state.name = new_run_name(options.scenario, home.attempts());
  state.scenario = options.scenario;
  state.scenario_folder = std::filesystem::absolute(folder).string();
  state.learner = options.learner.empty() ? operating_system_user() : options.learner;
  state.requested_sandbox = options.sandbox;
  state.postgres = options.postgres;
  state.offline = options.offline;
  state.durability = options.durability;
  state.requested_port = options.port;
  state.listen = options.listen.empty() ? "127.0.0.1" : options.listen;
  state.hint_cost = options.hint_cost;
  state.keeps_seed = options.seed.has_value();
  state.seed = options.seed ? *options.seed : sandbox::draw_seed({}, {});
  state.file = (home.attempts() / (state.name + ".ride")).string();
  return state;
}

std::string text_of(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

void print_ready(const Start& options, const sandbox::Scenario& scenario, const json::object& run) {
  if (options.json) {
    json::object out;
    for (const auto* key : {"run", "scenario", "sandbox", "dsn", "servers", "file", "seed"})
      out[key] = run.at(key);
    print_json(out);
    std::cout.flush();
    return;
  }
  print_brief(scenario.rules, std::cout);
  if (!scenario.parameters.empty())
    std::cout << "\n  drawn    --seed " << run.at("seed").to_number<std::uint32_t>()
              << " repeats it";
  std::cout << "\n  sandbox  " << text_of(run, "sandbox_detail")     //
            << "\n  connect  psql \"" << text_of(run, "dsn") << '"'  //
            << "\n  or       ride postgres psql";
  for (const auto& value : run.at("servers").as_array()) {
    const auto& server = value.as_object();
    std::cout << "\n  " << text_of(server, "name") << "  psql \"" << text_of(server, "dsn")
              << "\"  or  ride postgres psql --server " << text_of(server, "name");
  }
  std::cout << "\n  then     ride postgres status | log | hint | submit"  //
            << "\n  file     " << text_of(run, "file") << std::endl;
}

}  // namespace

int execute(const Start& options) {
  if (is_first_process()) return lead_container(options);
  const auto folder = find_scenario(options.scenario, scenario_roots());
  sandbox::load_scenario(folder);  // what is wrong with it is told first
  const Home home = find_home();
  create_home(home);
  RunLock lock = take_home(home);
  RunState state = describe_run(options, home, folder);
  const auto scenario = sandbox::load_scenario(folder, drawing_of(state));
  require_free_port(state.listen, state.requested_port);
  if (const auto line = memory_warning(state.file); !line.empty()) tell(line);
  const Progress progress = terminal_progress();
  if (options.foreground) {
    supervise_here(home, std::move(state), lock, progress,
                   [&](const json::object& run) { print_ready(options, scenario, run); });
    return exit_worked;
  }
  print_ready(options, scenario,
              launch_supervisor(home, std::move(state), std::move(lock), progress));
  return exit_worked;
}

}  // namespace ride::cli
