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

#include "cli/command_rerun.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "replay/cast.hpp"
#include "replay/comments.hpp"
#include "replay/player.hpp"
#include "replay/print.hpp"
#include "replay/report.hpp"
#include "replay/source.hpp"
#include "replay/terminal.hpp"

namespace ride::cli {
namespace {

using Sink = std::function<void(const replay::Moment&)>;

void tell_all(const replay::Source& source, const Replay& options, const Sink& sink) {
  const auto comments = replay::read_comments(options.file);
  for (const auto& fault : comments.faults) tell(fault);
  replay::Marks marks;
  replay::add_to(marks, comments.all, source.attempt());
  source.tell(sink, marks);
}

void print_lines(const replay::Source& source, const Replay& options) {
  tell_all(source, options,
           [](const replay::Moment& moment) { std::cout << replay::to_json(moment) << '\n'; });
}

void print_text(const replay::Source& source, const Replay& options) {
  replay::PrintStyle style;
  style.layout.width = output_columns();
  style.color = output_is_colored();
  style.tool_queries = options.tool_queries;
  replay::TextPrinter printer(style);
  tell_all(source, options,
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
std::int64_t statement_of(const replay::Source& source, const std::string& text) {
  std::int64_t n = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc() || at != end || n < 1)
    throw Failure("--comment needs the number of a statement, not \"" + text + "\"", exit_usage);
  std::int64_t last = 0;
  source.tell([&](const replay::Moment& moment) {
    if (const auto* statement = std::get_if<replay::StatementBegan>(&moment.what))
      last = std::max(last, statement->n);
  });
  if (n > last)
    throw Failure("attempt " + std::to_string(source.attempt()) + " has no statement " + text +
                  "; its last one is " + std::to_string(last));
  return n;
}

void comment(const replay::Source& source, const Replay& options) {
  const auto n = statement_of(source, options.comment.at(0));
  const auto kept = keep_comment(options.file, source.attempt(), n, options.comment.at(1));
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

replay::Timeline timeline_of(const replay::Source& source, const Replay& options) {
  std::vector<replay::Moment> moments;
  tell_all(source, options, [&](const replay::Moment& moment) { moments.push_back(moment); });
  return {std::move(moments), static_cast<std::int64_t>(options.idle_limit_seconds * 1e6)};
}

// To a file that must not be there, or to standard output.
void write_new(const std::string& file, const std::function<void(std::ostream&)>& write) {
  if (file == "-") return write(std::cout);
  if (std::filesystem::exists(file))
    throw Failure(file + " is there already; name another file, or remove it");
  std::ofstream out(file, std::ios::binary);
  write(out);
  if (!out.flush()) throw Failure("cannot write " + file);
}

void write_cast(const replay::Source& source, const Replay& options) {
  replay::CastStyle style;
  style.title = source.title();
  style.speed = options.speed.value_or(1);
  style.tool_queries = options.tool_queries;
  const auto timeline = timeline_of(source, options);
  write_new(options.cast, [&](std::ostream& out) { replay::write_cast(timeline, style, out); });
}

void write_page(const replay::Source& source, const Replay& options) {
  replay::Report report;
  report.title = source.title();
  report.attempt = source.attempt();
  report.score = source.score(report.ungraded);
  report.damages = source.damages();
  report.waits = source.waits();
  tell_all(source, options,
           [&](const replay::Moment& moment) { report.moments.push_back(moment); });
  write_new(options.html, [&](std::ostream& out) { replay::write_report(report, out); });
}

void play(const replay::Source& source, const Replay& options) {
  replay::Player player(
      timeline_of(source, options),
      {options.speed.value_or(1), options.paused, options.tool_queries,
       [&](std::int64_t n, const std::string& text) {
         return replay::note_of(keep_comment(options.file, source.attempt(), n, text));
       }});
  replay::watch(player, {output_is_colored(), steady_us});
}

void show(const replay::Source& source, const Replay& options) {
  if (!options.comment.empty()) return comment(source, options);
  if (!options.cast.empty()) return write_cast(source, options);
  if (!options.html.empty()) return write_page(source, options);
  if (options.json) return print_lines(source, options);
  if (options.txt || !replay::can_watch()) return print_text(source, options);
  play(source, options);
}

}  // namespace

int execute(const Replay& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  journal::require_drained(options.file);
  if (options.run || options.fork) return carry_out_again(options);
  const replay::Source source(options.file, options.attempt);
  show(source, options);
  std::cout.flush();
  if (source.damages().empty()) return exit_worked;
  std::string what;
  for (const auto& damage : source.damages()) what += (what.empty() ? "" : "; ") + damage;
  throw Failure(options.file + ": is damaged: " + what + "; what is intact was shown");
}

}  // namespace ride::cli
