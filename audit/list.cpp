#include "audit/list.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "audit/files.hpp"
#include "audit/moment.hpp"
#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "scorer/score.hpp"
#include "scorer/text.hpp"

namespace ride::audit {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using journal::Field;
using journal::Kind;

// Grading takes time with the number of statements; a list is asked for often.
constexpr std::uint64_t statements_graded_max = 50'000;

std::string state_of(const fs::path& file) {
  switch (journal::liveness(file)) {
    case journal::Liveness::closed:
      return "at rest";
    case journal::Liveness::writing:
      return "being written";
    case journal::Liveness::interrupted:
      return "interrupted";
  }
  return "";
}

bool has_facts(journal::Reader& reader) {
  return reader.database().integer(
             "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = "
             "'fact_statements'") != 0;
}

std::uint64_t stored_statements(journal::Reader& reader, std::uint32_t attempt) {
  auto count = reader.database().prepare("SELECT count(*) FROM fact_statements WHERE attempt = ?");
  count.bind(1, std::int64_t{attempt});
  return count.step() ? static_cast<std::uint64_t>(count.integer(0)) : 0;
}

// One pass over the numbers of the events; their bodies are only looked at where they are few.
struct Counts {
  std::uint64_t events = 0, requests = 0;
  std::int64_t first_us = 0, last_us = 0;
};

Counts count_events(journal::Reader& reader) {
  auto& database = reader.database();
  Counts out;
  out.first_us = database.integer("SELECT at_us FROM events ORDER BY seq LIMIT 1");
  out.last_us = database.integer("SELECT at_us FROM events ORDER BY seq DESC LIMIT 1");
  auto rows =
      database.prepare("SELECT count(*), coalesce(sum(kind IN (?1, ?2, ?3)), 0) FROM events");
  rows.bind(1, static_cast<std::int64_t>(Kind::query));
  rows.bind(2, static_cast<std::int64_t>(Kind::execute));
  rows.bind(3, static_cast<std::int64_t>(Kind::function_call));
  if (rows.step()) {
    out.events = static_cast<std::uint64_t>(rows.integer(0));
    out.requests = static_cast<std::uint64_t>(rows.integer(1));
  }
  return out;
}

void read_attempts(journal::Reader& reader, Listed& out) {
  const auto events =
      reader.all({.attempt = {},
                  .kinds = {Kind::attempt_began, Kind::attempt_ended, Kind::submit_ended},
                  .after = 0});
  for (const auto& event : events) {
    const journal::Fields fields(event.body);
    if (event.kind == Kind::attempt_began) {
      out.attempts.push_back({event.attempt, "open", {}, {}, ""});
    } else if (!out.attempts.empty() && event.kind == Kind::submit_ended) {
      out.attempts.back().outcome = "submitted";
    } else if (!out.attempts.empty() && event.kind == Kind::attempt_ended &&
               out.attempts.back().outcome == "open") {
      out.attempts.back().outcome = fields.get_bytes(Field::how);
    }
  }
}

void grade(ListedAttempt& attempt, const fs::path& file) {
  try {
    const auto total = scorer::score(file, {.attempt = attempt.number}).verdict.total;
    attempt.total = total.points;
    attempt.of = total.of;
  } catch (const std::exception& error) {
    attempt.why = error.what();
  }
}

void read(const fs::path& file, Listed& out) {
  journal::Reader reader(file);
  const auto counts = count_events(reader);
  out.events = counts.events;
  out.started_us = counts.first_us;
  out.last_us = counts.last_us;
  const auto origin = origin_of(reader);
  out.learner = origin.learner;
  out.scenario = origin.scenario;
  read_attempts(reader, out);
  const bool facts = has_facts(reader);
  bool all_stored = !out.attempts.empty();
  for (auto& attempt : out.attempts) {
    if (attempt.outcome != "submitted" || !facts) {
      all_stored = false;
      continue;
    }
    const auto statements = stored_statements(reader, attempt.number);
    out.statements += statements;
    if (statements <= statements_graded_max) {
      grade(attempt, file);
    } else {
      attempt.why = "large: ride score " + file.string();
    }
  }
  if (all_stored) return;
  out.statements = counts.requests;
  out.statements_exact = counts.requests == 0;
}

std::string attempts_text(const Listed& listed) {
  std::string out;
  for (const auto& attempt : listed.attempts) {
    if (!out.empty()) out += ", ";
    out += attempt.total ? std::to_string(*attempt.total) + "/" + std::to_string(*attempt.of)
                         : attempt.outcome;
  }
  return out.empty() ? "-" : out;
}

std::string row_text(const Listed& listed, std::size_t name_width) {
  using scorer::fit;
  using scorer::printable_line;
  const auto name = scorer::printable_line(listed.file.string());
  auto out = fit(name, name_width) + "  " + fit(listed.state, 13);
  if (!listed.why.empty()) return out + "  " + printable_line(listed.why);
  out += "  " + fit(printable_line(listed.learner.empty() ? "-" : listed.learner), 10);
  out += "  " + iso_time(listed.started_us).substr(0, 16);
  out += "  " + fit(duration_text(listed.last_us - listed.started_us), 8);
  auto count = (listed.statements_exact ? "" : "~") + std::to_string(listed.statements);
  out += "  " + std::string(count.size() < 9 ? 9 - count.size() : 0, ' ') + count;
  out += "  " + printable_line(attempts_text(listed));
  if (!listed.scenario.empty()) out += "  " + printable_line(listed.scenario);
  return out;
}

}  // namespace

Listed list_file(const fs::path& file) {
  Listed out;
  out.file = file;
  out.bytes = bytes_on_disk(file);
  try {
    out.state = state_of(file);
    read(file, out);
  } catch (const std::exception& error) {
    out.why = error.what();
    const auto prefix = file.string() + ": ";
    if (out.why.starts_with(prefix)) out.why.erase(0, prefix.size());
    const bool foreign = out.why.find("is not a ride attempt file") != std::string::npos ||
                         out.why.find("made by a newer ride") != std::string::npos;
    out.state = foreign ? "foreign" : "damaged";
  }
  return out;
}

json::object to_json(const Listed& listed) {
  json::object out{
      {"file", listed.file.string()}, {"state", listed.state}, {"bytes", listed.bytes}};
  if (!listed.why.empty()) {
    out["why"] = listed.why;
    return out;
  }
  out["learner"] = listed.learner;
  out["scenario"] = listed.scenario;
  out["started"] = iso_time(listed.started_us);
  out["started_us"] = listed.started_us;
  out["duration_us"] = listed.last_us - listed.started_us;
  out["events"] = listed.events;
  out["statements"] = listed.statements;
  out["statements_exact"] = listed.statements_exact;
  json::array attempts;
  for (const auto& attempt : listed.attempts) {
    json::object one{{"attempt", attempt.number}, {"outcome", attempt.outcome}};
    if (attempt.total) {
      one["total"] = *attempt.total;
      one["of"] = *attempt.of;
    }
    if (!attempt.why.empty()) one["why"] = attempt.why;
    attempts.push_back(std::move(one));
  }
  out["attempts"] = std::move(attempts);
  return out;
}

std::string list_text(const std::vector<Listed>& files) {
  std::size_t name_width = 4;
  for (const auto& file : files)
    name_width =
        std::max(name_width, scorer::display_width(scorer::printable_line(file.file.string())));
  auto out = scorer::fit("file", name_width) +
             "  state          learner     started           duration  statements  attempts\n";
  for (const auto& file : files) out += row_text(file, name_width) + '\n';
  return out;
}

}  // namespace ride::audit
