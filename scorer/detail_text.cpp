#include <cstdio>
#include <ctime>
#include <set>

#include "scorer/card.hpp"
#include "scorer/page.hpp"
#include "scorer/text.hpp"

namespace ride::scorer {
namespace {

constexpr std::int64_t us_per_second = 1'000'000;

// UTC, so that a file prints the same everywhere.
std::string utc(std::int64_t at_us) {
  const auto seconds = static_cast<std::time_t>(at_us / us_per_second);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return {text, size};
}

// From one moment to another: "0:03.250", minutes and seconds.
std::string passed(std::int64_t from_us, std::int64_t to_us) {
  const auto ms = (to_us - from_us) / 1'000;
  char text[32];
  std::snprintf(text, sizeof text, "%lld:%02lld.%03lld", static_cast<long long>(ms / 60'000),
                static_cast<long long>(ms / 1'000 % 60), static_cast<long long>(ms % 1'000));
  return text;
}

// Recorded SQL, its line breaks and runs of blanks as one blank each.
std::string in_one_line(std::string_view sql) {
  std::string out;
  for (const char c : sql) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return printable_line(out);
}

void add_run(Page& page, const Detail& detail) {
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) page.item(std::string("  ") + name + " ", value);
  };
  line("learner", detail.learner);
  line("sandbox", detail.sandbox);
  line("server", detail.server_version);
  if (detail.seed) line("drawn", detail.drawn + " from --seed " + std::to_string(*detail.seed));
  if (detail.began) line("began", utc(*detail.began));
  if (detail.began && detail.submitted)
    line("submitted", "after " + passed(*detail.began, *detail.submitted));
  if (detail.began && detail.ended)
    line("ended", detail.how_ended + " after " + passed(*detail.began, *detail.ended));
  line("recorded by", detail.ride_version);
  line("facts by", detail.facts_versions);
  line("file format", std::to_string(detail.file_format));
}

void add_terminations(Page& page, const Detail& detail) {
  if (detail.terminations.empty()) return;
  page.blank();
  page.heading("Sessions ended");
  for (const auto& row : detail.terminations) {
    std::string text = row.pid ? "pid " + std::to_string(*row.pid) : "pid unknown";
    if (!row.died.empty()) text += ", " + row.died;
    if (!row.actor.empty()) text += " (" + row.actor + ")";
    if (!row.certain) text += ", one of several possibilities";
    page.item("  #" + std::to_string(row.statement) + " → ", text);
  }
}

void add_statements(Page& page, const Detail& detail) {
  if (detail.statements.empty()) return;
  page.blank();
  page.heading("Evidence");
  const auto began = detail.began.value_or(detail.statements.front().started);
  for (const auto& row : detail.statements) {
    auto text = "at " + passed(began, row.started) + ", connection " +
                std::to_string(row.connection) + " (" + row.database + "), " + row.outcome;
    if (!row.sqlstate.empty()) text += " " + row.sqlstate;
    page.item("  #" + std::to_string(row.n) + " ", text + ": " + cut(in_one_line(row.text), 200));
  }
}

void add_checks(Page& page, const Detail& detail) {
  if (detail.checks.empty() && detail.workloads.empty()) return;
  page.blank();
  page.heading("Checks at submit");
  for (const auto& row : detail.checks) {
    auto text = row.moment + ": " + row.state;
    if (!row.seen.empty()) text += ", saw " + row.seen;
    if (!row.message.empty()) text += ", " + row.message;
    page.item("  " + printable_line(row.id) + " ", text);
  }
  for (const auto& row : detail.workloads) {
    auto text = std::to_string(row.done) + " of " + std::to_string(row.asked) + " operations";
    if (!row.sqlstate.empty()) text += ", " + row.sqlstate;
    if (!row.message.empty()) text += ", " + row.message;
    page.item("  workload " + printable_line(row.actor) + " ", text);
  }
}

void add_harm(Page& page, const Harm& harm) {
  if (harm.actors.empty() && harm.trouble.empty()) return;
  page.blank();
  page.heading("Harm to the application");
  for (const auto& row : harm.statements)
    page.item("  #" + std::to_string(row.statement) + " ", sentence_of(row));
  for (const auto& row : harm.actors)
    page.item("  " + printable_line(row.actor) + " ", sentence_of(row));
  if (!harm.trouble.empty()) page.item("  not known: ", harm.trouble, Tone::yellow);
}

}  // namespace

std::string detail_text(const Verdict& verdict, const Detail& detail, CardStyle style) {
  Page page(style);
  page.heading("Detail of attempt " + std::to_string(verdict.attempt));
  add_run(page, detail);
  add_terminations(page, detail);
  add_statements(page, detail);
  add_harm(page, detail.harm);
  add_checks(page, detail);
  if (!detail.gaps.empty()) {
    page.blank();
    page.heading("Gaps in the record");
    for (const auto& gap : detail.gaps)
      page.item("  after #" + std::to_string(gap.n) + " ", gap.reason);
  }
  return page.take();
}

}  // namespace ride::scorer
