// The log of `ride proxy`: for whoever looks after the process, never what passes. To standard
// error, or to a file that can be opened anew, as log rotation wants it. Any thread may log
// meanwhile.
#pragma once

#include <memory>
#include <string>

namespace ride::cli {

class ProxyLog {
 public:
  // `file` "": standard error. `level`: "info", "warning" or "error". Throws Failure where the file
  // cannot be opened. It is spdlog's default logger from then on.
  ProxyLog(const std::string& file, const std::string& level);
  ~ProxyLog();
  ProxyLog(const ProxyLog&) = delete;
  ProxyLog& operator=(const ProxyLog&) = delete;

  void set_level(const std::string& level);
  // The file of that name anew, made where it is not there. Throws Failure; the old one stays then.
  void reopen();

 private:
  class Sink;
  std::shared_ptr<Sink> sink_;  // shared with spdlog's logger
};

}  // namespace ride::cli
