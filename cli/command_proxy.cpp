// `ride proxy`: records any PostgreSQL, without a scenario. It makes a new journal file and stays
// until SIGTERM or SIGINT.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/proxy_explain.hpp"
#include "cli/recording.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "journal/appender.hpp"
#include "journal/fields.hpp"
#include "journal/writer.hpp"
#include "proxy/certificate.hpp"
#include "proxy/proxy.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

// How often a proxy that nobody disturbs looks whether it can still record.
constexpr int look_around_ms = 500;

// How soon the end of the last session is noticed.
constexpr int drain_look_ms = 20;

proxy::Address address_of(const std::string& option, const std::string& text) {
  if (auto address = proxy::parse_address(text)) return *address;
  throw Failure(option + " " + text +
                    " is no address; say HOST:PORT, [IPV6]:PORT, or the /path of a unix socket "
                    "or of its folder",
                exit_usage);
}

proxy::Address listen_address(const std::string& text) {
  auto address = address_of("--listen", text);
  if (address.host == "localhost") address.host = "127.0.0.1";
  return address;
}

proxy::Network network_of(const std::string& text) {
  if (auto network = proxy::parse_network(text)) return *network;
  throw Failure(
      "--proxy-protocol " + text + " is no network; say 10.0.0.0/8, fd00::/8, one address, or unix",
      exit_usage);
}

std::uint32_t socket_mode(const std::string& text) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error == std::errc() && end == text.data() + text.size() && mode <= 0777) return mode;
  throw Failure("--socket-mode " + text + " is no mode; say octal digits, 0700 to 0777",
                exit_usage);
}

// To standard error, for whoever looks after the process; never what passes.
void open_log(bool quiet) {
  auto logger =
      std::make_shared<spdlog::logger>("proxy", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

// "proxy-20261124-142830-4711.ride" in the folder, and a name that is not there yet.
fs::path new_journal(const fs::path& folder) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "proxy-%Y%m%d-%H%M%S-", &parts);
  const auto base = stamp.data() + std::to_string(::getpid());
  auto file = folder / (base + ".ride");
  for (int again = 2; fs::exists(file); ++again)
    file = folder / (base + "-" + std::to_string(again) + ".ride");
  return file;
}

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

void choose_certificate(proxy::Options& relay, const fs::path& folder) {
  if (!relay.tls_certificate_file.empty()) return;
  const auto own = proxy::ensure_certificate((folder / "tls").string());
  relay.tls_certificate_file = own.certificate;
  relay.tls_key_file = own.key;
}

// Before any client comes. The certificate that ride makes for itself need not be there yet: it is
// never the server's.
int explain(const Proxy& options) {
  auto probed = proxy::probe(options.relay);
  probed.legs.has_certificate = true;
  return print_explanation(options.relay, probed, options.json);
}

void record_beginning(journal::Writer& writer, const Clock& clock) {
  std::string body;
  journal::FieldWriter(body)
      .put(journal::Field::name, writer.file().stem().string())
      .put(journal::Field::tag, RIDE_VERSION);
  writer.shared().append(journal::Kind::run_began, 0, clock.now_us(), body);
}

void print_ready(const Proxy& options, const proxy::Proxy& relay, const fs::path& file) {
  const auto taken = relay.addresses();
  const auto upstream = to_text(options.relay.upstream);
  if (options.json) {
    boost::json::array all;
    for (const auto& address : taken) all.emplace_back(to_text(address));
    print_json({{"listen", all.front()},
                {"port", taken.front().port},
                {"addresses", all},
                {"upstream", upstream},
                {"journal", file.string()},
                {"pid", ::getpid()}});
  } else {
    std::cout << "recording ";
    for (const auto& address : taken)
      std::cout << (&address == &taken.front() ? "" : ", ") << to_text(address);
    std::cout << " -> " << upstream << " in " << file.string() << '\n';
  }
  std::cout.flush();
}

// Where it cannot, the file that nobody was recorded in goes.
void start(proxy::Proxy& relay, journal::Writer& writer) {
  try {
    relay.start();
  } catch (const std::exception& error) {
    writer.close();
    remove_attempt_file(writer.file());
    if (dynamic_cast<const std::system_error*>(&error) == nullptr) throw;
    throw Failure(std::string(error.what()) +
                  "; choose another --listen, or port 0 for one that is free");
  }
}

// Returns once a signal asks for the end.
void stay(const Signals& signals, const journal::Writer& writer) {
  bool told = false;
  while (!signals.take(look_around_ms)) {
    if (told == writer.failed()) continue;
    told = !told;
    if (told)
      spdlog::critical("cannot record any more, every client is refused: {}", writer.failure());
    else
      spdlog::warn("recording goes on, there is room again: {}", writer.file().string());
  }
}

// Until the last session has ended by itself, or another signal cuts those that are left.
void drain(proxy::Proxy& relay, const Signals& signals) {
  relay.drain();
  std::size_t told = 0;
  while (const auto left = relay.sessions().size()) {
    if (left != told) spdlog::info("draining: sessions left: {}; another signal cuts them", left);
    told = left;
    if (!signals.take(drain_look_ms)) continue;
    spdlog::warn("cut by a signal: sessions: {}", relay.sessions().size());
    break;
  }
  relay.stop();
}

proxy::TlsMode tls_mode(const std::string& word) {
  if (word == "off") return proxy::TlsMode::off;
  if (word == "prefer") return proxy::TlsMode::prefer;
  if (word == "require") return proxy::TlsMode::require;
  return word == "verify-ca" ? proxy::TlsMode::verify_ca : proxy::TlsMode::verify_full;
}

void check_tls(Proxy& options) {
  auto& relay = options.relay;
  auto& server = relay.upstream_tls;
  server.mode = tls_mode(options.upstream_tls);
  if (options.client_tls == "always") relay.client_tls = proxy::ClientTls::always;
  if (relay.tls_certificate_file.empty() != relay.tls_key_file.empty())
    throw Failure("--tls-cert and --tls-key go together", exit_usage);
  if (server.certificate_file.empty() != server.key_file.empty())
    throw Failure("--upstream-cert and --upstream-key go together", exit_usage);
  const bool verifies =
      server.mode == proxy::TlsMode::verify_ca || server.mode == proxy::TlsMode::verify_full;
  if (verifies && server.ca_file.empty())
    throw Failure("--upstream-tls " + options.upstream_tls + " needs --upstream-ca FILE or system",
                  exit_usage);
}

Proxy checked(Proxy options) {
  options.relay.listen.clear();
  for (const auto& text : options.listen) options.relay.listen.push_back(listen_address(text));
  options.relay.unix_socket_mode = socket_mode(options.socket_mode);
  for (const auto& text : options.proxy_protocol)
    options.relay.proxy_protocol_from.push_back(network_of(text));
  options.relay.upstream = address_of("--upstream", options.upstream);
  check_tls(options);
  if (options.journal.empty() && !options.explain)
    throw Failure("--journal is required; see ride --help", exit_usage);
  if (const auto why = check_resolves(options.relay.upstream); !why.empty())
    throw Failure("cannot find --upstream " + options.upstream + ": " + why);
  return options;
}

}  // namespace

int execute(const Proxy& told) {
  auto options = checked(told);
  ::umask(S_IRWXG | S_IRWXO);  // what is recorded is for its owner alone
  std::signal(SIGPIPE, SIG_IGN);
  open_log(options.quiet);
  if (options.explain) return explain(options);
  allow_many_files();
  const auto folder = make_folder(options.journal);
  choose_certificate(options.relay, folder);
  const Signals signals;
  const Clock clock;
  for (const auto& line : recover_left_behind(folder)) spdlog::warn("{}", line);
  const auto file = new_journal(folder);
  if (const auto line = memory_warning(file); !line.empty()) spdlog::warn("{}", line);
  journal::Writer writer(file, recording_options(options.durability, proxy_key(folder)));
  record_beginning(writer, clock);
  proxy::Proxy relay(options.relay, clock, writer);
  start(relay, writer);
  print_ready(options, relay, writer.file());
  stay(signals, writer);
  drain(relay, signals);
  if (writer.failed()) throw Failure("not everything was recorded: " + writer.failure());
  writer.close();
  return exit_worked;
}

}  // namespace ride::cli
