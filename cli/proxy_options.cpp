#include "cli/proxy_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>

#include "cli/failure.hpp"
#include "cli/units.hpp"
#include "sandbox/scenario.hpp"

namespace ride::cli {
namespace {

// CLI11 reads numbers; the unit stands in the option's text and in the type.
template <class Unit, class Duration>
CLI::Option* add_duration(CLI::App& app, const char* name, Duration& to, const char* what) {
  const auto standard = std::to_string(std::chrono::duration_cast<Unit>(to).count());
  return app
      .add_option_function<std::int64_t>(
          name, [&to](std::int64_t number) { to = Unit(number); }, what)
      ->default_str(standard);
}

std::string check_size(const std::string& text) {
  return parse_size(text) ? "" : text + " is no size; say 512MiB or 1GiB, 0 for never";
}

std::string check_time(const std::string& text) {
  return parse_time(text) ? "" : text + " is no time; say 90s, 30min, 24h or 7d, 0 for never";
}

// What an operator looks after: configuration, log, files, metrics.
void add_service(CLI::App& proxy, Proxy& to) {
  proxy.add_option("--config", to.config,
                   "a file of NAME = VALUE lines, the names of these options; what stands on the "
                   "command line goes before it");
  proxy.add_flag("--print-config", to.print_config, "print what holds, as such a file, and end");
  proxy.add_option("--log-file", to.log_file,
                   "log there instead of to standard error; SIGHUP opens it anew");
  proxy.add_option("--log-level", to.log_level, "info, warning or error")
      ->check(CLI::IsMember({"info", "warning", "error"}));
  proxy.add_flag("--quiet", to.quiet, "log warnings and errors alone, as --log-level warning");
  proxy
      .add_option("--drain-timeout", to.drain_timeout,
                  "cut the sessions that are left so long after SIGTERM: 60s; 0: never")
      ->check(check_time);
  proxy.add_option("--metrics", to.metrics,
                   "answer Prometheus there, GET /metrics and /healthz: 127.0.0.1:9187");
  proxy.add_flag("--metrics-anywhere", to.metrics_anywhere,
                 "let --metrics be an address that other machines reach");
  proxy
      .add_option("--rotate-size", to.rotate_size,
                  "go on in a new file once this one has so many bytes: 1GiB; 0: never")
      ->check(check_size);
  proxy
      .add_option("--rotate-age", to.rotate_age,
                  "go on in a new file once this one is so old: 24h; 0: never")
      ->check(check_time);
}

void add_proxy_tls(CLI::App& proxy, Proxy& to) {
  auto& server = to.relay.upstream_tls;
  proxy
      .add_option("--client-tls", to.client_tls,
                  "auto: not where channel binding would fail; always: wherever it is asked for")
      ->check(CLI::IsMember({"auto", "always"}));
  proxy
      .add_option("--upstream-tls", to.upstream_tls,
                  "off, prefer (as is), require, verify-ca or verify-full, as libpq's sslmode")
      ->check(CLI::IsMember({"off", "prefer", "require", "verify-ca", "verify-full"}));
  proxy.add_flag("--upstream-tls-direct", server.direct,
                 "TLS without asking, which PostgreSQL 17 and later take");
  proxy.add_option("--upstream-ca", server.ca_file,
                   "PEM file to verify the server with, or: system");
  proxy.add_option("--upstream-name", server.server_name,
                   "the name its certificate must have; default: the one in --upstream");
  proxy.add_option("--upstream-cert", server.certificate_file, "PEM file that the server is shown");
  proxy.add_option("--upstream-key", server.key_file, "PEM file of its key");
  proxy.add_flag("--explain", to.explain,
                 "ask the server, print what becomes of TLS and channel binding, and end");
}

void add_proxy_limits(CLI::App& proxy, proxy::Limits& limits) {
  const auto seconds_max = CLI::Range(0, 86'400);
  proxy
      .add_option("--max-connections", limits.sessions_max,
                  "sessions at a time; further clients are told 53300")
      ->check(CLI::Range(1, 1'000'000));
  proxy.add_option("--accept-rate", limits.accepts_per_second_max,
                   "new connections a second; further ones wait; default: no limit");
  add_duration<std::chrono::seconds>(proxy, "--startup-timeout", limits.startup_wait_max,
                                     "seconds that a client may take to say what it wants")
      ->check(CLI::Range(1, 86'400));
  auto& tcp = limits.tcp;
  add_duration<std::chrono::seconds>(proxy, "--tcp-keepalives-idle", tcp.keepalive_idle,
                                     "seconds until an idle peer is probed; 0: the system's")
      ->check(seconds_max);
  add_duration<std::chrono::seconds>(proxy, "--tcp-keepalives-interval", tcp.keepalive_interval,
                                     "seconds between probes")
      ->check(seconds_max);
  proxy
      .add_option("--tcp-keepalives-count", tcp.keepalive_count,
                  "unanswered probes until the connection is dead")
      ->check(CLI::Range(0U, 127U));
  add_duration<std::chrono::milliseconds>(
      proxy, "--tcp-user-timeout", tcp.user_timeout,
      "milliseconds that sent bytes may stay unacknowledged; 0: the system's")
      ->check(CLI::Range(0, 86'400'000));
}

}  // namespace

void add_durability(CLI::App& command, std::string& durability) {
  command
      .add_option("--durability", durability,
                  "what the record survives: process (the death of ride), or power (also that of "
                  "the machine, at one sync to the disk per answer)")
      ->check(CLI::IsMember({"process", "power"}));
}

void add_proxy_options(CLI::App& proxy, Proxy& to) {
  auto& relay = to.relay;
  proxy.option_defaults()->always_capture_default();
  add_service(proxy, to);
  proxy
      .add_option("--listen", to.listen,
                  "where clients connect: 127.0.0.1:6432, [::1]:6432, or a unix socket's folder, "
                  "/folder:6432; port 0 takes a free one; may be given several times")
      ->required()
      ->expected(1, 64)
      ->allow_extra_args(false);
  proxy
      .add_option("--upstream", to.upstream,
                  "the server: HOST:PORT, or a unix socket's folder, /run/postgresql:5432")
      ->required();
  proxy.add_option("--journal", to.journal, "the folder for the files it records into");
  add_durability(proxy, to.durability);
  proxy.add_flag("--reuse-port", relay.reuse_port,
                 "share the addresses with another ride proxy, so that it can take over");
  proxy.add_option("--socket-mode", to.socket_mode,
                   "of unix sockets listened on, octal; default: 0700");
  proxy
      .add_option("--proxy-protocol", to.proxy_protocol,
                  "expect PROXY protocol version 2 from this network, 10.0.0.0/8, or from \"unix\" "
                  "sockets; may be given several times")
      ->expected(1, 64)
      ->allow_extra_args(false);
  add_proxy_limits(proxy, relay.limits);
  proxy.add_option("--threads", relay.threads, "threads that relay")->check(CLI::Range(1U, 256U));
  proxy.add_option("--tls-cert", relay.tls_certificate_file,
                   "PEM file that clients are shown; default: one made on first use");
  proxy.add_option("--tls-key", relay.tls_key_file, "PEM file of its key");
  add_proxy_tls(proxy, to);
  proxy.add_flag("--foreground", to.foreground, "stay in this terminal; it always does");
}

namespace {

// Of options that are no settings.
constexpr std::array<std::string_view, 6> not_settings{"help",         "config",  "json",
                                                       "print-config", "explain", "foreground"};

bool is_flag(const CLI::Option& option) { return option.get_expected_max() == 0; }

// The options that may stand in a configuration file, by name.
std::vector<const CLI::Option*> settings_of(const CLI::App& proxy) {
  std::vector<const CLI::Option*> out;
  for (const auto* option : proxy.get_options()) {
    if (option->get_lnames().empty()) continue;
    const auto& name = option->get_lnames().front();
    if (std::find(not_settings.begin(), not_settings.end(), name) == not_settings.end())
      out.push_back(option);
  }
  return out;
}

bool given(const std::vector<std::string>& words, const std::string& name) {
  const auto option = "--" + name;
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word == option || word.starts_with(option + "=");
  });
}

// What --config says, where it is there.
std::string config_of(const std::vector<std::string>& words) {
  constexpr std::string_view option = "--config";
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with("--config=")) return words[i].substr(option.size() + 1);
  }
  return {};
}

// The setting as a word of the command line; "": a flag that is off.
std::string word_of(const Setting& setting, const std::string& at,
                    const std::vector<const CLI::Option*>& known) {
  std::vector<std::string> names;
  for (const auto* option : known) names.push_back(option->get_lnames().front());
  const auto found = std::find(names.begin(), names.end(), setting.name);
  if (found == names.end()) {
    const auto near = sandbox::nearest_id(setting.name, names);
    throw Failure(at + ": unknown setting \"" + setting.name + "\"" +
                      (near.empty() ? "; ride proxy --print-config lists all"
                                    : "; did you mean \"" + near + "\"?"),
                  exit_usage);
  }
  if (!is_flag(*known[static_cast<std::size_t>(found - names.begin())])) {
    if (setting.value.empty())
      throw Failure(at + ": " + setting.name + " is empty; leave the line out for the default",
                    exit_usage);
    return "--" + setting.name + "=" + setting.value;
  }
  if (setting.value != "true" && setting.value != "false")
    throw Failure(at + ": " + setting.name + " = " + setting.value + ": say true or false",
                  exit_usage);
  return setting.value == "true" ? "--" + setting.name : "";
}

}  // namespace

ConfiguredWords with_config(const CLI::App& proxy, std::vector<std::string> words) {
  ConfiguredWords out{std::move(words), {}};
  if (out.words.empty() || out.words.front() != "proxy") return out;
  const auto file = config_of(out.words);
  if (file.empty()) return out;
  const auto known = settings_of(proxy);
  std::vector<std::string> added;
  for (const auto& setting : read_config(file)) {
    const auto at = file + ":" + std::to_string(setting.line);
    const auto word = word_of(setting, at, known);
    if (given(out.words, setting.name)) continue;
    out.origins[setting.name] = at;
    if (!word.empty()) added.push_back(word);
  }
  out.words.insert(out.words.begin() + 1, added.begin(), added.end());
  return out;
}

std::vector<std::string> ConfiguredWords::reversed() const {
  return {words.rbegin(), words.rend()};
}

std::string with_origin(const std::string& message, const Origins& origins) {
  for (const auto& [name, at] : origins) {
    const auto option = "--" + name;
    const auto found = message.find(option);
    if (found == std::string::npos) continue;
    const auto end = found + option.size();
    const bool whole =
        end == message.size() ||
        (std::isalnum(static_cast<unsigned char>(message[end])) == 0 && message[end] != '-');
    if (whole) return at + ": " + message;
  }
  return message;
}

std::vector<Setting> effective_settings(const CLI::App& proxy) {
  std::vector<Setting> out;
  for (const auto* option : settings_of(proxy)) {
    const auto& name = option->get_lnames().front();
    if (is_flag(*option)) {
      out.push_back({name, option->count() > 0 ? "true" : "false"});
    } else if (option->count() == 0) {
      const auto standard = option->get_default_str();
      out.push_back({name, standard == "[]" ? "" : standard});  // a list of nothing
    } else {
      for (const auto& value : option->results()) out.push_back({name, value});
    }
  }
  return out;
}

}  // namespace ride::cli
