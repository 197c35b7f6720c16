#include "scorer/detail.hpp"

#include <set>

#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "scorer/sqlite.hpp"

namespace ride::scorer {
namespace {

using journal::Field;
using journal::Kind;

std::string text_of(const journal::Fields& fields, Field field) {
  return std::string(fields.get_bytes(field));
}

void read_events(journal::Reader& reader, std::uint32_t attempt, Detail& out) {
  for (const auto& event : reader.all({.attempt = {}, .kinds = {Kind::run_began}, .after = 0})) {
    const journal::Fields fields(event.body);
    out.learner = text_of(fields, Field::learner);
    out.ride_version = text_of(fields, Field::tag);
  }
  const std::vector<Kind> kinds{Kind::attempt_began, Kind::attempt_ended, Kind::submit_ended};
  for (const auto& event : reader.all({.attempt = attempt, .kinds = kinds, .after = 0})) {
    const journal::Fields fields(event.body);
    if (event.kind == Kind::attempt_began) {
      out.began = event.at_us;
      out.sandbox = text_of(fields, Field::mode);
      out.server_version = text_of(fields, Field::tag);
      out.drawn = text_of(fields, Field::text);
      if (!out.drawn.empty()) out.seed = static_cast<std::int64_t>(fields.get_int(Field::seed));
    } else if (event.kind == Kind::submit_ended) {
      out.submitted = event.at_us;
      out.facts_versions = text_of(fields, Field::text);
    } else {
      out.ended = event.at_us;
      out.how_ended = text_of(fields, Field::how);
    }
  }
}

void read_statements(sqlite3* connection, const Verdict& verdict, Detail& out) {
  std::set<std::int64_t> wanted;
  for (const auto& check : verdict.checks)
    for (const auto number : statements_of(check)) wanted.insert(number);
  Query query(connection,
              "SELECT n, started, ended, connection, database, text, outcome, sqlstate"
              " FROM temp.statements ORDER BY n");
  while (query.step()) {
    if (!wanted.contains(query.integer(0))) continue;
    out.statements.push_back({query.integer(0), query.integer(1), query.maybe_integer(2),
                              query.integer(3), query.text(4), query.text(5), query.text(6),
                              query.text(7)});
  }
}

void read_terminations(const Vocabulary& vocabulary, std::uint32_t attempt, Detail& out) {
  Query query(vocabulary.connection(),
              "SELECT DISTINCT statement, actor, victim_pid, died, choice IS NULL FROM " +
                  vocabulary.schema() +
                  ".fact_terminations WHERE attempt = ?1 ORDER BY statement, victim_pid, died");
  query.bind(1, std::int64_t{attempt});
  while (query.step())
    out.terminations.push_back({query.integer(0), query.text(1), query.maybe_integer(2),
                                query.text(3), query.integer(4) != 0});
}

}  // namespace

Detail read_detail(journal::Reader& reader, const Vocabulary& vocabulary, const Verdict& verdict) {
  Detail out;
  auto* connection = vocabulary.connection();
  out.file_format = reader.database().integer("PRAGMA user_version");
  read_events(reader, verdict.attempt, out);
  read_statements(connection, verdict, out);
  read_terminations(vocabulary, verdict.attempt, out);
  Query checks(connection, "SELECT id, moment, state, seen, message FROM temp.checks");
  while (checks.step())
    out.checks.push_back(
        {checks.text(0), checks.text(1), checks.text(2), checks.text(3), checks.text(4)});
  Query workloads(connection, "SELECT actor, done, asked, sqlstate, message FROM temp.workloads");
  while (workloads.step())
    out.workloads.push_back({workloads.text(0), workloads.integer(1), workloads.integer(2),
                             workloads.text(3), workloads.text(4)});
  Query gaps(connection, "SELECT n, reason FROM temp.gaps");
  while (gaps.step()) out.gaps.push_back({gaps.integer(0), gaps.text(1)});
  out.harm = read_harm(reader, vocabulary, verdict.attempt);
  return out;
}

}  // namespace ride::scorer
