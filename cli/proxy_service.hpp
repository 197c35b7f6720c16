// A running `ride proxy`: signals, configuration read again, files that follow each other, and what
// systemd is told of it all. One thread, the main one.
#pragma once

#include <filesystem>
#include <string>

#include "cli/journal_files.hpp"
#include "cli/options.hpp"
#include "cli/proxy_log.hpp"
#include "cli/service_manager.hpp"
#include "cli/signals.hpp"
#include "proxy/proxy.hpp"

namespace ride::cli {

class ProxyService {
 public:
  // All of it must outlive the service, and has begun: clients may come.
  ProxyService(Proxy options, ProxyLog& log, JournalFiles& files, proxy::Proxy& relay,
               const Signals& signals, const ServiceManager& manager);

  // Returns once the last session has ended after a signal asked for the end, or a second one cut
  // them. Throws Failure where it cannot go on.
  void run();

 private:
  void stay();
  void drain();
  void hear(int signal);
  void reopen_log();
  void reload();
  void apply(const Proxy& fresh);
  void watch_recording();
  void tell_status();

  Proxy options_;
  TurnAt turn_at_;
  ProxyLog& log_;
  JournalFiles& files_;
  proxy::Proxy& relay_;
  const Signals& signals_;
  const ServiceManager& manager_;
  bool told_failed_ = false;
};

// "warning" where --quiet says so.
std::string log_level(const Proxy& options);

// The certificate that ride makes for itself, in the folder, where none was named.
void choose_certificate(proxy::Options& relay, const std::filesystem::path& folder);

}  // namespace ride::cli
