// `ride audit export FILE…`: the record as an audit log, once, or as it grows.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <thread>

#include "audit/export.hpp"
#include "audit/files.hpp"
#include "audit/moment.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto poll_wait = 200ms;
constexpr int idle_polls_max =
    10;  // a folder in which nobody writes: between two files, or the end

std::atomic<bool> stop_asked{false};

void ask_to_stop(int) { stop_asked = true; }

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

// Standard output, or a file that only its owner can read.
class Output {
 public:
  explicit Output(const std::string& path) : name_(path.empty() ? "standard output" : path) {
    if (path.empty()) return;
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) fail();
    file_.reset(::fdopen(descriptor, "w"));
    if (!file_) fail();
  }
  void write(const std::string& line) {
    if (std::fwrite(line.data(), 1, line.size(), stream()) != line.size()) fail();
  }
  void flush() {
    if (std::fflush(stream()) != 0) fail();
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::FILE* stream() const { return file_ ? file_.get() : stdout; }
  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::system_category(), "cannot write to " + name_);
  }

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
};

audit::ExportOptions read(const AuditExport& options) {
  audit::ExportOptions out;
  if (options.format == "csv") out.format = audit::Format::csv;
  if (options.format == "ocsf") out.format = audit::Format::ocsf;
  if (options.json && out.format != audit::Format::ndjson)
    throw Failure("--json is --format ndjson; leave one of them out", exit_usage);
  out.since_us = read_moment(options.since);
  out.until_us = read_moment(options.until);
  return out;
}

class Export {
 public:
  explicit Export(const AuditExport& options)
      : options_(options), how_(read(options)), output_(options.output) {}

  int once() {
    for (const auto& file : files()) {
      journal::require_drained(file);
      auto exporter = make(file);
      exporter->advance();
      exporter->finish();
      output_.flush();
    }
    return exit_worked;
  }

  // A file is done with when its writer has let go of it before the last look.
  int follow() {
    stop_on_signals();
    int idle = 0;
    while (!stop_asked) {
      bool written = false;
      for (const auto& file : files()) written = look(file) || written;
      output_.flush();
      idle = written ? 0 : idle + 1;
      const bool may_come = has_folder_ && idle < idle_polls_max;
      if (!written && !may_come) return interrupted_ ? exit_failed : exit_worked;
      std::this_thread::sleep_for(poll_wait);
    }
    for (const auto& [file, exporter] : open_) exporter->advance();
    output_.flush();
    return exit_worked;
  }

 private:
  std::vector<fs::path> files() {
    for (const auto& path : options_.paths) has_folder_ = has_folder_ || fs::is_directory(path);
    auto out = audit::attempt_files(options_.paths);
    for (const auto& file : out)
      if (!options_.output.empty() && fs::exists(options_.output) &&
          fs::equivalent(file, options_.output))
        throw Failure(options_.output + " is what is to be exported; write elsewhere", exit_usage);
    return out;
  }

  std::unique_ptr<audit::Exporter> make(const fs::path& file) {
    return std::make_unique<audit::Exporter>(
        file, RIDE_VERSION, how_, analyser_,
        [this](const std::string& line) { output_.write(line); });
  }

  bool look(const fs::path& file) {
    if (done_.contains(file)) return false;
    const auto state = journal::liveness(file);
    auto& exporter = open_[file];
    if (!exporter) exporter = make(file);
    exporter->advance();
    if (state == journal::Liveness::writing) return true;
    if (state == journal::Liveness::closed) {
      exporter->finish();
    } else {
      interrupted_ = true;  // what is open may yet be decided by what is in the rings
      tell(file.string() + ": its recorder died; run: ride audit recover " + file.string() +
           ", and export what came after the last line again");
    }
    open_.erase(file);
    done_.insert(file);
    return false;
  }

  const AuditExport& options_;
  audit::ExportOptions how_;
  Output output_;
  sql::Analyser analyser_;
  std::map<fs::path, std::unique_ptr<audit::Exporter>> open_;
  std::set<fs::path> done_;
  bool has_folder_ = false;
  bool interrupted_ = false;
};

}  // namespace

std::optional<std::int64_t> read_moment(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto now_us = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  const auto moment = audit::parse_moment(text, now_us);
  if (!moment)
    throw Failure("\"" + text + "\" is no time; write 2026-11-25, 2026-11-25T03:14:58 (UTC) or 90d",
                  exit_usage);
  return moment;
}

int execute(const AuditExport& options) {
  Export work(options);
  return options.follow ? work.follow() : work.once();
}

}  // namespace ride::cli
