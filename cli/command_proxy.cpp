// `ride proxy`: records any PostgreSQL, without a scenario. It makes a new journal file and stays
// until SIGTERM or SIGINT.
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "cli/config_file.hpp"
#include "cli/failure.hpp"
#include "cli/journal_files.hpp"
#include "cli/keys.hpp"
#include "cli/metrics_page.hpp"
#include "cli/metrics_server.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/proxy_check.hpp"
#include "cli/proxy_explain.hpp"
#include "cli/proxy_log.hpp"
#include "cli/proxy_service.hpp"
#include "cli/recording.hpp"
#include "cli/service_manager.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "proxy/probe.hpp"
#include "proxy/proxy.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

fs::path make_folder(const std::string& told) {
  const auto folder = fs::absolute(told);
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
  if (!error && ::access(folder.c_str(), W_OK | X_OK) != 0)
    error = std::error_code(errno, std::generic_category());
  if (error)
    throw Failure("cannot write the journal's folder " + folder.string() + ": " + error.message() +
                  "; make it writable or name another --journal");
  return folder;
}

// Before any client comes. The certificate that ride makes for itself need not be there yet: it is
// never the server's.
int explain(const Proxy& options) {
  auto probed = proxy::probe(options.relay);
  probed.legs.has_certificate = true;
  return print_explanation(options.relay, probed, options.json);
}

void print_ready(const Proxy& options, const proxy::Proxy& relay, const fs::path& file,
                 const std::string& metrics) {
  const auto taken = relay.addresses();
  const auto upstream = to_text(options.relay.upstream);
  if (options.json) {
    boost::json::array all;
    for (const auto& address : taken) all.emplace_back(to_text(address));
    boost::json::object ready{{"listen", all.front()},    {"port", taken.front().port},
                              {"addresses", all},         {"upstream", upstream},
                              {"journal", file.string()}, {"pid", ::getpid()}};
    if (!metrics.empty()) ready["metrics"] = metrics;
    print_json(ready);
  } else {
    std::cout << "recording ";
    for (const auto& address : taken)
      std::cout << (&address == &taken.front() ? "" : ", ") << to_text(address);
    std::cout << " -> " << upstream << " in " << file.string();
    if (!metrics.empty()) std::cout << ", metrics on http://" << metrics << "/metrics";
    std::cout << '\n';
  }
  std::cout.flush();
}

// Where it cannot, the file that nobody was recorded in goes.
void start(proxy::Proxy& relay, JournalFiles& files) {
  try {
    relay.start();
  } catch (const std::exception& error) {
    const auto file = files.current().file();
    files.close();
    remove_attempt_file(file);
    if (dynamic_cast<const std::system_error*>(&error) == nullptr) throw;
    throw Failure(std::string(error.what()) +
                  "; choose another --listen, or port 0 for one that is free");
  }
}

// Where it cannot, nobody has come yet, and there is nothing to be kept.
std::unique_ptr<MetricsServer> serve_metrics(const Proxy& options, proxy::Proxy& relay,
                                             JournalFiles& files) {
  if (options.metrics.empty()) return nullptr;
  const MetricsPages pages{.metrics =
                               [&relay, &files] {
                                 return metrics_page(relay.counters(), relay.rings(),
                                                     relay.sessions().size(), files.state());
                               },
                           .trouble = [&files] { return files.state().failure; }};
  return std::make_unique<MetricsServer>(options.metrics, options.metrics_anywhere, pages);
}

// As a file that --config takes.
int print_config(const Proxy& options) {
  if (options.json) {
    boost::json::object all;
    for (const auto& [name, value, line] : options.effective)
      all.emplace(name, boost::json::array()).first->value().as_array().emplace_back(value);
    print_json(all);
    return exit_worked;
  }
  for (const auto& [name, value, line] : options.effective)
    std::cout << (value.empty() ? "# " : "") << name << " = "
              << (value.empty() ? "" : quoted(value)) << '\n';
  return exit_worked;
}

}  // namespace

int execute(const Proxy& told) {
  auto options = checked(told);
  if (options.print_config) return print_config(options);
  ::umask(S_IRWXG | S_IRWXO);  // what is recorded is for its owner alone
  std::signal(SIGPIPE, SIG_IGN);
  ProxyLog log(options.log_file, log_level(options));
  if (options.explain) return explain(options);
  allow_many_files();
  const ServiceManager manager;
  const auto folder = make_folder(options.journal);
  choose_certificate(options.relay, folder);
  const Signals signals{SIGHUP, SIGUSR1};
  const Clock clock;
  for (const auto& line : recover_left_behind(folder)) spdlog::warn("{}", line);
  JournalFiles files(folder, clock, recording_options(options.durability, proxy_key(folder)));
  if (const auto line = memory_warning(files.current().file()); !line.empty())
    spdlog::warn("{}", line);
  proxy::Proxy relay(options.relay, clock, files.current());
  start(relay, files);
  const auto metrics = serve_metrics(options, relay, files);
  print_ready(options, relay, files.current().file(), metrics ? metrics->address() : "");
  ProxyService(options, log, files, relay, signals, manager).run();
  files.close();
  return exit_worked;
}

}  // namespace ride::cli
