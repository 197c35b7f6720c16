#include "cli/journal_files.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

#include "cli/failure.hpp"
#include "cli/paths.hpp"
#include "journal/fields.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

// Each has its rings on the disk and in memory. More sessions that stay in a transaction for hours,
// each since another file, are rare; then the newest file grows on.
constexpr std::size_t left_max = 16;

// "proxy-20261124-142830-4711-0001.ride": by name is by time, in UTC, for the clock of a run never
// steps back.
std::string name_of(std::int64_t now_us, std::uint64_t number) {
  const auto now = static_cast<std::time_t>(now_us / 1'000'000);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "proxy-%Y%m%d-%H%M%S-", &parts);
  auto digits = std::to_string(number);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return stamp.data() + std::to_string(::getpid()) + "-" + digits + ".ride";
}

std::uint64_t bytes_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : size;
}

void append_name(journal::Writer& writer, journal::Kind kind, const fs::path& other,
                 std::int64_t now_us) {
  std::string body;
  journal::FieldWriter(body).put(journal::Field::name, other.filename().string());
  writer.shared().append(kind, 0, now_us, body);
}

}  // namespace

JournalFiles::JournalFiles(fs::path folder, const Clock& clock, journal::WriterOptions options)
    : folder_(std::move(folder)), clock_(clock), options_(std::move(options)) {
  current_ = make({});
}

std::unique_ptr<journal::Writer> JournalFiles::make(const fs::path& before) {
  const auto file = folder_ / name_of(clock_.now_us(), ++made_);
  auto writer = std::make_unique<journal::Writer>(file, options_);
  std::string body;
  journal::FieldWriter(body)
      .put(journal::Field::name, file.stem().string())
      .put(journal::Field::tag, RIDE_VERSION);
  writer->shared().append(journal::Kind::run_began, 0, clock_.now_us(), body);
  if (!before.empty()) append_name(*writer, journal::Kind::continues, before, clock_.now_us());
  writer->flush();
  began_us_ = clock_.now_us();
  beginning_ = writer->committed();
  return writer;
}

void JournalFiles::turn(proxy::Proxy& relay, std::string_view why) {
  if (!removed() && !current_->failed() && flush(*current_) && current_->committed() <= beginning_)
    return;
  if (left_.size() >= left_max) {
    if (!std::exchange(told_many_, true))
      spdlog::warn("limit=files-before value={} reached: {} goes on until one of them ends",
                   left_max, current_->file().string());
    return;
  }
  told_many_ = false;
  const auto began_us = began_us_;
  const auto beginning = beginning_;
  std::unique_ptr<journal::Writer> next;
  try {
    std::error_code ignored;
    fs::create_directories(folder_, ignored);
    next = make(current_->file());
    relay.record_in(*next);
  } catch (const std::exception& error) {
    began_us_ = began_us;
    beginning_ = beginning;
    spdlog::error("cannot go on in a new file: {}; {} goes on", error.what(),
                  current_->file().string());
    if (!next) return;
    const auto file = next->file();
    next.reset();
    return remove_attempt_file(file);
  }
  spdlog::log(removed() ? spdlog::level::warn : spdlog::level::info, "{}: recording goes on in {}",
              why, next->file().string());
  ++turns_;
  {
    const std::lock_guard lock(mutex_);
    left_.push_back(std::exchange(current_, std::move(next)));
  }
  try {
    append_name(*left_.back(), journal::Kind::continued, current_->file(), clock_.now_us());
  } catch (const std::exception&) {
    // It has failed: its end says so.
  }
  close_left(relay);
}

bool JournalFiles::due(const TurnAt& at) const {
  if (at.size_bytes > 0 && size_bytes() >= at.size_bytes) return true;
  const auto age_us = std::chrono::duration_cast<std::chrono::microseconds>(at.age).count();
  return age_us > 0 && clock_.now_us() - began_us_ >= age_us;
}

void JournalFiles::look(proxy::Proxy& relay, const TurnAt& at) {
  if (removed())
    turn(relay, "its file was removed, and what was recorded there with it");
  else if (due(at))
    turn(relay, "the file is large or old enough");
  if (!left_.empty()) close_left(relay);
}

void JournalFiles::close_left(proxy::Proxy& relay) {
  for (auto at = left_.begin(); at != left_.end();) {
    if (relay.recorded_in(**at) > 0) {
      ++at;
      continue;
    }
    const bool flushed = flush(**at);  // so that the number of stored events never falls
    std::unique_ptr<journal::Writer> writer;
    {
      const std::lock_guard lock(mutex_);
      writer = std::move(*at);
      at = left_.erase(at);
      events_closed_ += writer->committed();
    }
    if (flushed) close(*writer);
  }
}

// What is missing in the file is in its rings.
void JournalFiles::note_unfinished(const journal::Writer& writer, const std::string& why) {
  spdlog::error("{0} could not be finished: {1}; next: ride audit recover {0}",
                writer.file().string(), why);
  if (lost_.empty()) lost_ = why;
  ++unfinished_;
}

bool JournalFiles::flush(journal::Writer& writer) {
  try {
    writer.flush();
    return true;
  } catch (const std::exception& error) {
    note_unfinished(writer, error.what());
    return false;
  }
}

void JournalFiles::close(journal::Writer& writer) {
  try {
    writer.close();
  } catch (const std::exception& error) {
    note_unfinished(writer, error.what());
  }
}

void JournalFiles::close() {
  for (auto& writer : left_) close(*writer);
  left_.clear();
  close(*current_);
  if (!lost_.empty()) throw Failure("not everything was recorded: " + lost_);
}

bool JournalFiles::removed() const {
  std::error_code error;
  return !fs::exists(current_->file(), error) && !error;
}

JournalFiles::State JournalFiles::state() const {
  const std::lock_guard lock(mutex_);
  State out{.failure = current_->failed() ? current_->failure() : "",
            .size_bytes = size_bytes(),
            .events = events_closed_ + current_->committed(),
            .turns = turns_,
            .open = left_.size() + 1,
            .lag = current_->lag()};
  out.failed = current_->failed() ? 1 : 0;
  out.unfinished = unfinished_;
  for (const auto& writer : left_) {
    out.failed += writer->failed() ? 1 : 0;
    out.events += writer->committed();
    out.lag = std::max(out.lag, writer->lag());
  }
  return out;
}

std::uint64_t JournalFiles::size_bytes() const {
  return bytes_of(current_->file()) + bytes_of(current_->file().string() + "-wal");
}

}  // namespace ride::cli
