#include "cli/proxy_service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/failure.hpp"
#include "cli/proxy_check.hpp"
#include "cli/units.hpp"
#include "proxy/certificate.hpp"

namespace ride::cli {
namespace {

// How often a proxy that nobody disturbs looks whether it can still record.
constexpr int look_around_ms = 500;

// How soon the end of the last session is noticed.
constexpr int drain_look_ms = 20;

// What SIGHUP changes. Connections that stand keep what they began with.
constexpr std::array<std::string_view, 13> changeable{
    "upstream",        "upstream-ca",     "upstream-cert", "upstream-key", "tls-cert",
    "tls-key",         "max-connections", "accept-rate",   "log-level",    "quiet",
    "startup-timeout", "rotate-size",     "rotate-age"};

using Values = std::map<std::string, std::vector<std::string>>;

Values by_name(const std::vector<Setting>& settings) {
  Values out;
  for (const auto& [name, value, line] : settings) out[name].push_back(value);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// The same command line, with its file as it is now.
Proxy read_again(const Proxy& options) {
  std::vector<const char*> words{"ride"};
  for (const auto& word : options.words) words.push_back(word.c_str());
  std::ostringstream out;
  std::ostringstream err;
  const auto parsed = parse(static_cast<int>(words.size()), words.data(), out, err);
  if (!parsed.command) throw Failure(err.str().substr(0, err.str().find('\n')), exit_usage);
  return checked(std::get<Proxy>(*parsed.command));
}

TurnAt turn_at(const Proxy& options) {
  return {parse_size(options.rotate_size).value_or(0),
          parse_time(options.rotate_age).value_or(std::chrono::seconds(0))};
}

}  // namespace

std::string log_level(const Proxy& options) {
  return options.quiet ? "warning" : options.log_level;
}

void choose_certificate(proxy::Options& relay, const std::filesystem::path& folder) {
  if (!relay.tls_certificate_file.empty()) return;
  const auto own = proxy::ensure_certificate((folder / "tls").string());
  relay.tls_certificate_file = own.certificate;
  relay.tls_key_file = own.key;
}

ProxyService::ProxyService(Proxy options, ProxyLog& log, JournalFiles& files, proxy::Proxy& relay,
                           const Signals& signals, const ServiceManager& manager)
    : options_(std::move(options)),
      turn_at_(turn_at(options_)),
      log_(log),
      files_(files),
      relay_(relay),
      signals_(signals),
      manager_(manager) {}

void ProxyService::run() {
  manager_.tell("READY=1");
  tell_status();
  stay();
  manager_.tell("STOPPING=1\nSTATUS=waiting for sessions to end");
  drain();
}

void ProxyService::tell_status() {
  manager_.tell("STATUS=recording in " + files_.current().file().string());
}

void ProxyService::stay() {
  while (true) {
    const auto signal = signals_.next(look_around_ms);
    if (asks_for_the_end(signal)) return;
    if (signal != 0) hear(signal);
    const auto turns = files_.turns();
    files_.look(relay_, turn_at_);
    if (files_.turns() != turns) tell_status();
    watch_recording();
  }
}

void ProxyService::hear(int signal) {
  if (signal == SIGUSR1) return files_.turn(relay_, "SIGUSR1");
  manager_.tell_reloading();
  reload();
  files_.turn(relay_, "SIGHUP");
  manager_.tell("READY=1");
  tell_status();
}

void ProxyService::reopen_log() {
  try {
    log_.reopen();
  } catch (const std::exception& error) {
    spdlog::error("the log goes on in the file that is open: {}", error.what());
  }
}

// What cannot be read leaves all as it was.
void ProxyService::reload() {
  reopen_log();
  try {
    apply(read_again(options_));
  } catch (const std::exception& error) {
    spdlog::error("not reloaded, the settings before hold: {}", error.what());
  }
}

void ProxyService::apply(const Proxy& fresh) {
  auto next = fresh;
  choose_certificate(next.relay, files_.folder());
  relay_.change(next.relay);
  const auto before = by_name(options_.effective);
  for (const auto& [name, values] : by_name(next.effective)) {
    const auto found = before.find(name);
    const auto old = found == before.end() ? std::vector<std::string>() : found->second;
    if (old == values) continue;
    const bool changes = std::find(changeable.begin(), changeable.end(), name) != changeable.end();
    if (changes)
      spdlog::info("reloaded: {} = {}, before: {}", name, joined(values), joined(old));
    else
      spdlog::warn("needs a restart: {} = {}, until then: {}", name, joined(values), joined(old));
  }
  log_.set_level(log_level(next));
  turn_at_ = turn_at(next);
  // What a restart is needed for stays what it is, so that the next reload says so again.
  for (const auto name : changeable) {
    auto& all = options_.effective;
    std::erase_if(all, [&](const Setting& setting) { return setting.name == name; });
    for (const auto& setting : next.effective)
      if (setting.name == name) all.push_back(setting);
  }
}

void ProxyService::watch_recording() {
  const auto& writer = files_.current();
  if (files_.removed())
    throw Failure(
        writer.file().string() +
        " was removed and no other can be made: nothing would be recorded; give --journal "
        "a folder that stays");
  if (told_failed_ == writer.failed()) return;
  told_failed_ = writer.failed();
  if (!told_failed_) return spdlog::warn("it can be recorded again");
  manager_.tell("STATUS=cannot record: " + writer.failure());
  spdlog::critical("cannot record any more, every client is refused: {}", writer.failure());
}

// Until the last session has ended by itself, or another signal or the time cuts those that are
// left.
void ProxyService::drain() {
  using SteadyClock = std::chrono::steady_clock;
  const auto limit = parse_time(options_.drain_timeout).value_or(std::chrono::seconds(0));
  const auto until = SteadyClock::now() + limit;
  relay_.drain();
  std::size_t told = 0;
  while (const auto left = relay_.left()) {
    if (left != told) spdlog::info("draining: sessions left: {}; another signal cuts them", left);
    told = left;
    const auto signal = signals_.next(drain_look_ms);
    if (signal == SIGHUP) reopen_log();
    const bool late = limit.count() > 0 && SteadyClock::now() >= until;
    if (!late && !asks_for_the_end(signal)) continue;
    spdlog::warn("cut by {}: sessions: {}", late ? "drain-timeout" : "a signal", relay_.left());
    break;
  }
  relay_.stop();
}

}  // namespace ride::cli
