// Puts sessions that went around the proxy into the record while the attempt goes on, so that they
// stand there when they were noticed. What counts for the grade is worked out again at submit from
// the same events, by the same function (journal/facts/bypasses.hpp): this one only reads the file.
//
// on_log(): any thread. The rest: the supervisor's main thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"
#include "journal/facts/bypasses.hpp"
#include "journal/writer.hpp"
#include "sandbox/notes.hpp"

namespace ride::cli {

class BypassWatch {
 public:
  void on_log(const sandbox::LogNote& note);
  // Somebody came or went since the last look, or one could not be judged then.
  bool due() const { return due_.load(); }
  // Records those that are new in the attempt so far.
  void look(journal::Writer& writer, const Clock& clock, std::uint32_t attempt,
            journal::facts::Record record);
  // Those that are in the record.
  const std::vector<journal::facts::Bypass>& found() const { return found_; }
  void clear();  // at reset

 private:
  std::atomic<bool> due_ = false;
  std::vector<journal::facts::Bypass> found_;
};

}  // namespace ride::cli
