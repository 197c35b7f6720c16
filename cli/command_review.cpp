// `ride review DIR`: a class's attempts as a table, the statements that prove a verdict, two
// attempts side by side.
#include <charconv>
#include <chrono>
#include <iostream>
#include <set>

#include "audit/files.hpp"
#include "audit/moment.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "replay/comments.hpp"
#include "replay/compare.hpp"
#include "replay/marks.hpp"
#include "replay/print.hpp"
#include "replay/review.hpp"
#include "replay/story.hpp"
#include "scorer/score.hpp"
#include "scorer/text.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
using replay::Reviewed;

std::optional<std::int64_t> moment_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  if (const auto moment = audit::parse_moment(text, now)) return moment;
  throw Failure(std::string(option) +
                    " needs a date, a date and a time (UTC), or an age like 7d, "
                    "not \"" +
                    text + "\"",
                exit_usage);
}

replay::ReviewFilter filter_of(const Review& options) {
  replay::ReviewFilter out;
  out.learner = options.learner;
  out.scenario = options.scenario;
  out.rule = options.rule;
  out.outcome = options.outcome;
  out.since_us = moment_of("--since", options.since);
  out.until_us = moment_of("--until", options.until);
  return out;
}

scorer::CardStyle style() { return {output_columns(), output_is_colored()}; }

// Every attempt of the files; what cannot be graded is named, and stops nobody.
struct Attempts {
  std::vector<Reviewed> graded;
  bool failed = false;
};

void read_file(const fs::path& file, Attempts& out) {
  journal::require_drained(file);
  std::vector<std::uint32_t> numbers;
  {
    journal::Reader reader(file);
    numbers = reader.attempts();
  }
  if (numbers.empty()) throw Failure("a recording without a scenario, so nothing is graded");
  for (const auto number : numbers)
    out.graded.push_back({file.string(), scorer::score(file, {.attempt = number})});
}

Attempts read_attempts(const std::vector<std::string>& paths) {
  Attempts out;
  for (const auto& file : audit::attempt_files(paths)) {
    try {
      read_file(file, out);
    } catch (const Failure& left) {
      tell(scorer::printable_line(file.string()) + ": " + left.what());
    } catch (const std::exception& error) {
      out.failed = true;
      const std::string why = error.what();
      const auto name = file.string() + ": ";
      tell((why.starts_with(name) ? "" : scorer::printable_line(name)) + why);
    }
  }
  return out;
}

int table(const Review& options) {
  const auto filter = filter_of(options);
  auto attempts = read_attempts(options.paths);
  bool any = false;
  for (const auto& attempt : attempts.graded) {
    if (!filter.wants(attempt)) continue;
    any = true;
    if (options.json) std::cout << replay::review_json(attempt, filter) << '\n';
  }
  if (!options.json) std::cout << replay::review_text(std::move(attempts.graded), filter, style());
  std::cout.flush();
  if (!any) tell("no attempt matches");
  return attempts.failed || !any ? exit_failed : exit_worked;
}

// The statements of a verdict with their answers, what happened to them, and comments on them.
void print_evidence(const Reviewed& attempt, const scorer::RuleVerdict& rule, bool as_json) {
  const auto numbers = scorer::statements_of(rule);
  const std::set<std::int64_t> wanted(numbers.begin(), numbers.end());
  replay::PrintStyle look;
  look.layout.width = output_columns();
  look.color = output_is_colored();
  look.tool_queries = true;
  replay::TextPrinter printer(look);
  journal::Reader reader(attempt.file);
  const auto number = attempt.score.verdict.attempt;
  auto marks = replay::marks_of(attempt.score.verdict);
  replay::add_to(marks, attempt.score.detail.harm);
  replay::add_to(marks, replay::read_comments(attempt.file).all, number);
  const auto about = [&](const replay::Moment& moment) -> std::int64_t {
    return std::visit([](const auto& what) { return what.n; }, moment.what);
  };
  replay::Marked marked(std::move(marks), [&](const replay::Moment& moment) {
    if (!wanted.contains(about(moment))) return;
    std::cout << (as_json ? replay::to_json(moment) + "\n" : printer.print(moment));
  });
  replay::tell(reader, number, [&](const replay::Moment& moment) { marked.hear(moment); });
  marked.finish();
  if (!as_json) std::cout << printer.finish();
}

int show(const Review& options) {
  const auto slash = options.show.rfind('/');
  if (slash == std::string::npos)
    throw Failure("--show needs LEARNER/RULE, not \"" + options.show + "\"", exit_usage);
  auto filter = filter_of(options);
  filter.learner = options.show.substr(0, slash);
  filter.rule = options.show.substr(slash + 1);
  const auto attempts = read_attempts(options.paths);
  bool any = false;
  for (const auto& attempt : attempts.graded) {
    if (!filter.wants(attempt)) continue;
    for (const auto& rule : attempt.score.verdict.checks) {
      if (rule.id != filter.rule) continue;
      any = true;
      if (!options.json)
        std::cout << scorer::printable_line(attempt.score.detail.learner) << ", "
                  << scorer::printable_line(attempt.file) << ", attempt "
                  << attempt.score.verdict.attempt << "\n"
                  << scorer::to_string(rule.part) << "/" << scorer::printable_line(rule.id) << ": "
                  << scorer::to_string(rule.mark) << ", " << rule.points.points << " of "
                  << rule.points.of << "\n"
                  << scorer::printable_line(rule.why.empty() ? rule.title : rule.why) << "\n";
      print_evidence(attempt, rule, options.json);
    }
  }
  std::cout.flush();
  if (!any)
    throw Failure("no attempt of " + filter.learner + " has a rule " + filter.rule +
                  "; `ride review " + options.paths.front() + "` shows who and what there is");
  return attempts.failed ? exit_failed : exit_worked;
}

// "FILE" or "FILE:2".
replay::Compared compared(const std::string& word) {
  fs::path file = word;
  std::optional<std::uint32_t> attempt;
  const auto colon = word.rfind(':');
  if (!fs::exists(file) && colon != std::string::npos) {
    std::uint32_t number = 0;
    const auto* const end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data() + colon + 1, end, number);
    if (error == std::errc() && at == end) {
      attempt = number;
      file = word.substr(0, colon);
    }
  }
  if (!fs::exists(file))
    throw Failure("there is no file " + word +
                  "; the scenario's solution is compared as an "
                  "attempt file of it, see docs/review.md");
  auto comments = replay::read_comments(file);
  for (const auto& fault : comments.faults) tell(fault);
  return {file.filename().string(), scorer::score(file, {.attempt = attempt}),
          std::move(comments.all)};
}

int compare(const Review& options) {
  const auto first = compared(options.compare.at(0)), second = compared(options.compare.at(1));
  if (first.score.verdict.scenario != second.score.verdict.scenario)
    throw Failure(first.name + " is of " + first.score.verdict.scenario + ", " + second.name +
                  " of " + second.score.verdict.scenario + ": they have nothing to compare by");
  if (options.json)
    std::cout << replay::comparison_json(first, second) << '\n';
  else
    std::cout << replay::comparison_text(first, second, style());
  return exit_worked;
}

}  // namespace

int execute(const Review& options) {
  if (!options.compare.empty()) return compare(options);
  if (options.paths.empty())
    throw Failure("name the folder, or --compare A B; see `ride review --help`", exit_usage);
  return options.show.empty() ? table(options) : show(options);
}

}  // namespace ride::cli
