// The port that Prometheus reads: HTTP/1.1, GET /metrics and GET /healthz, one answer a connection.
// On a thread of its own, with nothing of the relay's: whatever is done to this port, by however
// many, costs the sessions nothing.
//
// Requests are at most 8 KiB and may take 5 seconds; of more than 64 connections at a time the
// oldest goes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "cli/control.hpp"

namespace ride::cli {

struct HttpAnswer {
  int status = 200;
  std::string body;
};

// What a request is answered with; `page` and `healthy` are asked on the server's thread.
struct MetricsPages {
  std::function<std::string()> metrics;
  std::function<std::string()> trouble;  // "": all is well
};

// The whole request as it came, up to the empty line. A function of its arguments.
HttpAnswer answer_http(std::string_view request, const MetricsPages& pages);

class MetricsServer {
 public:
  // `address` is HOST:PORT, numeric or localhost; port 0 takes a free one. Throws Failure where it
  // is none, is no loopback address and `anywhere` is not set, or cannot be listened on.
  MetricsServer(const std::string& address, bool anywhere, MetricsPages pages);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  const std::string& address() const { return address_; }  // with the port taken

 private:
  void serve();

  MetricsPages pages_;
  Descriptor listener_;
  Descriptor stop_;  // an eventfd
  std::string address_;
  std::thread thread_;
};

}  // namespace ride::cli
