// `ride replay FILE`: plays an attempt as it went, from its file alone, or prints it.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <utility>

#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "replay/cast.hpp"
#include "replay/comments.hpp"
#include "replay/marks.hpp"
#include "replay/player.hpp"
#include "replay/print.hpp"
#include "replay/story.hpp"
#include "replay/terminal.hpp"

namespace ride::cli {
namespace {

using Sink = std::function<void(const replay::Moment&)>;

void tell_all(journal::Reader& reader, std::uint32_t attempt, const Sink& sink) {
  auto marks = replay::read_marks(reader, attempt);
  const auto comments = replay::read_comments(reader.database().file());
  for (const auto& fault : comments.faults) tell(fault);
  replay::add_to(marks, comments.all, attempt);
  replay::Marked marked(std::move(marks), sink);
  replay::tell(reader, attempt, [&](const replay::Moment& moment) { marked.hear(moment); });
  marked.finish();
}

void print_lines(journal::Reader& reader, std::uint32_t attempt) {
  tell_all(reader, attempt,
           [](const replay::Moment& moment) { std::cout << replay::to_json(moment) << '\n'; });
}

void print_text(journal::Reader& reader, std::uint32_t attempt, const Replay& options) {
  replay::PrintStyle style;
  style.layout.width = output_columns();
  style.color = output_is_colored();
  style.tool_queries = options.tool_queries;
  replay::TextPrinter printer(style);
  tell_all(reader, attempt,
           [&](const replay::Moment& moment) { std::cout << printer.print(moment); });
  std::cout << printer.finish();
}

std::string now_in_utc() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::ostringstream out;
  out << std::put_time(&parts, "%Y-%m-%dT%H:%M:%SZ");
  return out.str();
}

replay::Comment keep_comment(const std::string& file, std::uint32_t attempt, std::int64_t n,
                             const std::string& text) {
  replay::Comment comment{attempt, n, operating_system_user(), now_in_utc(), text};
  replay::add_comment(file, comment);
  return comment;
}

// The number that people see, if the attempt has it.
std::int64_t statement_of(journal::Reader& reader, std::uint32_t attempt, const std::string& text) {
  std::int64_t n = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc() || at != end || n < 1)
    throw Failure("--comment needs the number of a statement, not \"" + text + "\"", exit_usage);
  std::int64_t last = 0;
  replay::tell(reader, attempt, [&](const replay::Moment& moment) {
    if (const auto* statement = std::get_if<replay::StatementBegan>(&moment.what))
      last = std::max(last, statement->n);
  });
  if (n > last)
    throw Failure("attempt " + std::to_string(attempt) + " has no statement " + text +
                  "; its last one is " + std::to_string(last));
  return n;
}

void comment(journal::Reader& reader, std::uint32_t attempt, const Replay& options) {
  const auto n = statement_of(reader, attempt, options.comment.at(0));
  const auto kept = keep_comment(options.file, attempt, n, options.comment.at(1));
  if (options.json)
    std::cout << replay::to_json(kept) << '\n';
  else
    std::cout << "kept in " << replay::comments_path(options.file).string() << '\n';
}

std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

replay::Timeline timeline_of(journal::Reader& reader, std::uint32_t attempt,
                             const Replay& options) {
  std::vector<replay::Moment> moments;
  tell_all(reader, attempt, [&](const replay::Moment& moment) { moments.push_back(moment); });
  return {std::move(moments), static_cast<std::int64_t>(options.idle_limit_seconds * 1e6)};
}

// "stage-12/02-release-fallout, attempt 2"
std::string title_of(journal::Reader& reader, std::uint32_t attempt) {
  std::string title = "ride proxy";
  for (const auto& event :
       reader.all({.attempt = {}, .kinds = {journal::Kind::run_began}, .after = 0}))
    title = journal::Fields(event.body).get_bytes(journal::Field::name);
  return attempt == 0 ? title : title + ", attempt " + std::to_string(attempt);
}

void write_cast(journal::Reader& reader, std::uint32_t attempt, const Replay& options) {
  replay::CastStyle style;
  style.title = title_of(reader, attempt);
  style.speed = options.speed;
  style.tool_queries = options.tool_queries;
  const auto timeline = timeline_of(reader, attempt, options);
  if (options.cast == "-") return replay::write_cast(timeline, style, std::cout);
  if (std::filesystem::exists(options.cast))
    throw Failure(options.cast + " is there already; name another file, or remove it");
  std::ofstream out(options.cast, std::ios::binary);
  replay::write_cast(timeline, style, out);
  if (!out.flush()) throw Failure("cannot write " + options.cast);
}

void play(journal::Reader& reader, std::uint32_t attempt, const Replay& options) {
  replay::Player player(timeline_of(reader, attempt, options),
                        {options.speed, options.paused, options.tool_queries,
                         [&](std::int64_t n, const std::string& text) {
                           return replay::note_of(keep_comment(options.file, attempt, n, text));
                         }});
  replay::watch(player, {output_is_colored(), steady_us});
}

}  // namespace

int execute(const Replay& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  journal::require_drained(options.file);
  journal::Reader reader(options.file);
  const auto attempt = replay::choose_attempt(reader, options.attempt);
  if (!options.comment.empty())
    comment(reader, attempt, options);
  else if (!options.cast.empty())
    write_cast(reader, attempt, options);
  else if (options.json)
    print_lines(reader, attempt);
  else if (options.txt || !replay::can_watch())
    print_text(reader, attempt, options);
  else
    play(reader, attempt, options);
  std::cout.flush();
  return exit_worked;
}

}  // namespace ride::cli
