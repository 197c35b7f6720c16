#include "cli/proxy_log.hpp"

#include <fcntl.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "cli/control.hpp"
#include "cli/failure.hpp"

namespace ride::cli {
namespace {

Descriptor open_log(const std::string& file) {
  if (file.empty()) return Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  Descriptor out(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (out.get() < 0)
    throw Failure("cannot open the log " + file + ": " + std::strerror(errno) +
                  "; make its folder writable or name another --log-file");
  return out;
}

spdlog::level::level_enum level_of(const std::string& word) {
  if (word == "error") return spdlog::level::err;
  return word == "warning" ? spdlog::level::warn : spdlog::level::info;
}

}  // namespace

// A line is one write: whole lines, also where several processes have the file.
class ProxyLog::Sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(std::string file) : file_(std::move(file)), out_(open_log(file_)) {}

  void reopen() {
    auto fresh = open_log(file_);
    const std::lock_guard lock(mutex_);
    out_ = std::move(fresh);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    // A log that cannot be written holds nobody up: the record is the journal.
    [[maybe_unused]] const auto written = ::write(out_.get(), line.data(), line.size());
  }
  void flush_() override {}

  const std::string file_;
  Descriptor out_;
};

ProxyLog::ProxyLog(const std::string& file, const std::string& level)
    : sink_(std::make_shared<Sink>(file)) {
  auto logger = std::make_shared<spdlog::logger>("proxy", sink_);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger->set_level(level_of(level));
  spdlog::set_default_logger(std::move(logger));
}

ProxyLog::~ProxyLog() = default;

void ProxyLog::set_level(const std::string& level) {
  spdlog::default_logger()->set_level(level_of(level));
}

void ProxyLog::reopen() { sink_->reopen(); }

}  // namespace ride::cli
