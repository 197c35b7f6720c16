#include "replay/source.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "journal/redacted_copy.hpp"
#include "journal/salvage.hpp"
#include "replay/story.hpp"
#include "replay/waits.hpp"

namespace ride::replay {
namespace {

using journal::Event;
using journal::Kind;

// As for a file that is whole: the one named, else the last submitted, else the last.
std::uint32_t choose(const std::vector<Event>& events, std::optional<std::uint32_t> wanted) {
  std::uint32_t last = 0, submitted = 0;
  bool there = false;
  for (const auto& event : events) {
    last = std::max(last, event.attempt);
    if (event.kind == Kind::submit_ended) submitted = event.attempt;
    there = there || event.attempt == wanted;
  }
  if (wanted && !there)
    throw std::runtime_error("nothing can be read of attempt " + std::to_string(*wanted) +
                             "; the last one is " + std::to_string(last));
  return wanted.value_or(submitted > 0 ? submitted : last);
}

// Behind the first moment, for it has no time of its own.
void tell_of_redactions(journal::Reader& reader, const Moment& first,
                        const std::function<void(const Moment&)>& sink) {
  for (const auto& one : journal::redactions_of(reader))
    sink({first.seq, first.at_us, first.since_us, 0,
          Note{"attempt", "",
               "this file is a redacted copy, by " + one.policies + ": " +
                   journal::counts_text(one.counts),
               Weight::bad, 0}});
}

}  // namespace

Source::Source(const std::filesystem::path& file, std::optional<std::uint32_t> attempt) {
  try {
    read_whole(file, attempt);
  } catch (const std::runtime_error&) {
    // A file that is whole has another fault, which the first error names.
    const auto first = std::current_exception();
    bool damaged = false;
    try {
      damaged = read_intact(file, attempt);
    } catch (const std::runtime_error&) {
    }
    if (!damaged) std::rethrow_exception(first);
  }
}

Source::~Source() = default;

void Source::read_whole(const std::filesystem::path& file, std::optional<std::uint32_t> wanted) {
  reader_ = std::make_unique<journal::Reader>(file);
  attempt_ = choose_attempt(*reader_, wanted);
  auto cursor = reader_->events({.attempt = attempt_, .kinds = {}, .after = 0});
  for (Event event; cursor.next(event);) {
    // Nothing is told before all of it could be read.
  }
  numbering_ = read_numbering(*reader_, attempt_);
  for (const auto& event : reader_->all({.attempt = {}, .kinds = {Kind::run_began}, .after = 0}))
    name_ = journal::Fields(event.body).get_bytes(journal::Field::name);
}

// False where nothing is damaged or nothing can be read.
bool Source::read_intact(const std::filesystem::path& file, std::optional<std::uint32_t> wanted) {
  reader_ = std::make_unique<journal::Reader>(journal::Database::open_damaged(file));
  auto salvaged = journal::salvage(*reader_);
  if (salvaged.events.empty()) return false;
  attempt_ = choose(salvaged.events, wanted);
  damages_ = std::move(salvaged.damages);
  for (const auto& event : salvaged.events)
    if (event.kind == Kind::run_began)
      name_ = journal::Fields(event.body).get_bytes(journal::Field::name);
  std::erase_if(salvaged.events, [&](const Event& event) { return event.attempt != attempt_; });
  intact_ = std::move(salvaged.events);
  const bool gaps = !damages_.empty();
  if (auto stored = stored_numbering(*reader_, attempt_)) {
    numbering_ = std::move(*stored);
  } else {
    numbering_ = derive_numbering(intact_);
    damages_.emplace_back(gaps ? "statements are numbered anew, behind a gap perhaps too low"
                               : "stored facts cannot be read, they were derived anew");
  }
  return !damages_.empty();
}

std::string Source::title() const {
  const auto name = name_.empty() ? "ride proxy" : name_;
  return attempt_ == 0 ? name : name + ", attempt " + std::to_string(attempt_);
}

void Source::tell(const std::function<void(const Moment&)>& sink, const Marks& more) const {
  auto marks = read_marks(*reader_, attempt_);
  for (const auto& [n, notes] : more) {
    auto& all = marks[n];
    all.insert(all.end(), notes.begin(), notes.end());
  }
  Marked marked(std::move(marks), sink);
  bool begun = false;
  const auto hear = [&](const Moment& moment) {
    marked.hear(moment);
    if (!begun && damages_.empty()) tell_of_redactions(*reader_, moment, sink);
    begun = true;
  };
  if (damages_.empty())
    replay::tell(*reader_, attempt_, numbering_, hear);
  else
    replay::tell(intact_, numbering_, hear);
  marked.finish();
}

std::optional<scorer::Score> Source::score(std::string& why) const {
  const auto place = reader_->database().file().string() + ": ";
  try {
    if (attempt_ == 0) throw std::runtime_error("recorded without a scenario");
    return scorer::score(reader_->database().file(), {.attempt = attempt_});
  } catch (const std::exception& error) {
    why = error.what();
    if (why.starts_with(place)) why.erase(0, place.size());
    return std::nullopt;
  }
}

std::vector<journal::facts::WaitRow> Source::waits() const {
  if (!damages_.empty()) return {};
  return read_waits(*reader_, attempt_);
}

}  // namespace ride::replay
