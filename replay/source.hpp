// An attempt to be told: from a file that is whole, or from what is intact of a damaged one, with a
// gap told where something is missing. Reads only; one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/event.hpp"
#include "replay/marks.hpp"
#include "replay/moment.hpp"
#include "replay/numbering.hpp"
#include "scorer/score.hpp"

namespace ride::replay {

class Source {
 public:
  // The attempt is chosen as choose_attempt() does. Throws std::runtime_error, one line: no attempt
  // file, no such attempt, or nothing of it can be read.
  Source(const std::filesystem::path& file, std::optional<std::uint32_t> attempt);
  ~Source();

  std::uint32_t attempt() const { return attempt_; }
  // What is missing, in words; empty: the file is whole.
  const std::vector<std::string>& damages() const { return damages_; }
  // "stage-12/02-release-fallout, attempt 2"
  std::string title() const;

  // With what the graded attempt says of it, and `more`.
  void tell(const std::function<void(const Moment&)>& sink, const Marks& more = {}) const;

  // The card; where there is none, why. Of an attempt that goes on it is the state so far.
  std::optional<scorer::Score> score(std::string& why) const;
  // Who waited for whose lock; of a damaged file nothing.
  std::vector<journal::facts::WaitRow> waits() const;

 private:
  void read_whole(const std::filesystem::path& file, std::optional<std::uint32_t> wanted);
  bool read_intact(const std::filesystem::path& file, std::optional<std::uint32_t> wanted);

  std::unique_ptr<journal::Reader> reader_;
  std::uint32_t attempt_ = 0;
  Numbering numbering_;
  std::string name_;                    // of the scenario
  std::vector<journal::Event> intact_;  // of a damaged file: the attempt's events, and gaps
  std::vector<std::string> damages_;
};

}  // namespace ride::replay
