// The files that one `ride proxy` records into, one after the other. There is one that new
// connections go to; those before it stay open until the last of their sessions has moved on.
//
// One thread. A new file that cannot be made changes nothing: the log says why, and the file that
// was there goes on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "journal/writer.hpp"
#include "proxy/proxy.hpp"

namespace ride::cli {

// When to go on in a new file; 0: never.
struct TurnAt {
  std::uint64_t size_bytes = 0;
  std::chrono::seconds age{0};
};

class JournalFiles {
 public:
  // Makes the first file. `options` holds for all of them.
  JournalFiles(std::filesystem::path folder, const Clock& clock, journal::WriterOptions options);

  journal::Writer& current() { return *current_; }
  const std::filesystem::path& folder() const { return folder_; }

  // Goes on in a new file, unless nothing was recorded in this one yet.
  void turn(proxy::Proxy& relay, std::string_view why);
  // What is due: a new file, and the end of those that nobody is recorded in any more.
  void look(proxy::Proxy& relay, const TurnAt& at);
  // The end of all, once the relay has stopped. Throws Failure where not everything was recorded.
  void close();

  // Somebody removed the file that is written: what comes would be recorded for nobody.
  bool removed() const;

  std::uint64_t turns() const { return turns_; }

  // How it stands; any thread may ask.
  struct State {
    std::string failure;               // "": it can be recorded
    std::uint64_t size_bytes = 0;      // of the newest file, with its write-ahead log
    std::uint64_t events = 0;          // stored, in all files together
    std::uint64_t turns = 0;           // from one file to the next
    std::size_t open = 0;              // files, the newest among them
    std::size_t failed = 0;            // of them: nothing can be stored there now
    std::uint64_t unfinished = 0;      // files that were left without all that their rings hold
    std::chrono::microseconds lag{0};  // of the slowest: see journal::Writer::lag()
  };
  State state() const;

 private:
  std::unique_ptr<journal::Writer> make(const std::filesystem::path& before);
  void close_left(proxy::Proxy& relay);
  bool flush(journal::Writer& writer);
  void close(journal::Writer& writer);
  void note_unfinished(const journal::Writer& writer, const std::string& why);
  bool due(const TurnAt& at) const;

  std::uint64_t size_bytes() const;

  const std::filesystem::path folder_;
  const Clock& clock_;
  const journal::WriterOptions options_;
  std::uint64_t made_ = 0;    // the number of the last one
  mutable std::mutex mutex_;  // for state(): around each change of what follows
  std::unique_ptr<journal::Writer> current_;
  std::int64_t began_us_ = 0;
  journal::Seq beginning_ = 0;  // events that say no more than that the file begins
  std::list<std::unique_ptr<journal::Writer>> left_;
  std::atomic<std::uint64_t> turns_ = 0;
  std::atomic<std::uint64_t> events_closed_ = 0;
  std::atomic<std::uint64_t> unfinished_ = 0;
  std::string lost_;  // the first failure of a file before this one
  bool told_many_ = false;
};

}  // namespace ride::cli
