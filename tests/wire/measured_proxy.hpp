// `ride proxy` as a process of its own before the test's PostgreSQL, so that its memory can be
// measured.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

#include "base/json.hpp"
#include "tests/support/child.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

class MeasuredProxy {
 public:
  MeasuredProxy()
      : process_({RIDE_PROGRAM, "proxy", "--json", "--listen", "127.0.0.1:0", "--upstream",
                  Postgres::instance().socket_directory(), "--journal",
                  (folder_ / "journal").string()}) {
    std::string said;
    eventually([&] {
      said = process_.output();
      said = said.substr(std::min(said.find('{'), said.size()));
      return said.find('\n') != std::string::npos || !process_.running();
    });
    if (said.empty()) throw std::runtime_error("ride proxy did not start: " + process_.output());
    port_ = boost::json::parse(said.substr(0, said.find('\n')))
                .as_object()
                .at("port")
                .to_number<std::uint16_t>();
  }

  std::uint16_t port() const { return port_; }

  // The most memory it ever had, what it mapped included, in MB of 2^20 bytes.
  std::uint64_t peak_mb() const {
    std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) / 1024;
    throw std::runtime_error("no VmHWM of ride proxy");
  }

 private:
  TemporaryDirectory folder_;
  Child process_;
  std::uint16_t port_ = 0;
};

}  // namespace ride::test
