#include "audit/redact.hpp"

#include <sqlite3.h>

#include "journal/copy.hpp"
#include "journal/facts/verify.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/verify.hpp"
#include "scorer/card.hpp"
#include "scorer/score.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
namespace fs = std::filesystem;
using journal::contains;
using journal::error_of;
using journal::Field;
using journal::FieldWriter;
using journal::Kind;
using journal::TemporaryFolder;
using scorer::Recording;

namespace {

struct Place {
  TemporaryFolder folder;
  journal::SigningKey key = journal::SigningKey::ensure(folder / "key");
  fs::path file = folder / "a.ride";
  fs::path copy = folder / "b.ride";

  journal::Redaction redact(const std::string& policy) {
    return audit::redact(file, copy, {read_policy({policy}), key, "0.1.0", 99});
  }
  std::string verdict(const fs::path& of) {
    return scorer::verdict_json(scorer::score(of).verdict);
  }
};

// A submitted attempt: what rules look for is seen, and a literal, a row, a parameter and an error
// each hold a word of their own.
void record(const Place& place) {
  journal::WriterOptions options;
  options.key = place.key;
  Recording recording(place.file, scorer::sample_rules(), options);
  recording.select("SELECT name FROM sessions WHERE note = 'LiteralWord, a long one, to be shared'",
                   {"blocker", "RowWord"});
  recording.select("SELECT 'writer'", {"writer"});
  recording.add(Kind::parse, 1,
                [](FieldWriter& out) { out.put(Field::name, "").put(Field::text, "SELECT $1"); });
  const auto parameters = std::string("\0\0\0\1\0\0\0\x0d", 8) + "ParameterWord";
  recording.add(Kind::bind, 1,
                [&](FieldWriter& out) { out.put(Field::parameters, Bytes(parameters)); });
  const auto execute = recording.add(Kind::execute, 1);
  recording.fail(execute, 0, "22P02", "invalid input syntax: \"ParameterWord\"");
  recording.ready(execute);
  recording.submit();
  recording.end_attempt("submitted");
  recording.close();
}

void record_unsubmitted(const Place& place) {
  journal::WriterOptions options;
  options.key = place.key;
  Recording recording(place.file, scorer::sample_rules(), options);
  recording.select("SELECT 1", {"blocker"});
  recording.close();
}

void change(const fs::path& file, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

void check_verifies(const fs::path& file) {
  journal::Reader reader(file);
  const auto verified = journal::verify(reader);
  for (const auto& finding : verified.findings) UNSCOPED_INFO(finding.text);
  CHECK(verified.is_sound());
  CHECK(verified.mark == journal::mark_closed);
  sql::Analyser analyser;
  for (const auto& facts : journal::facts::verify(reader, analyser)) {
    CHECK(facts.wrong.empty());
    CHECK(facts.derived_again);
  }
}

}  // namespace

TEST_CASE("each policy takes its own out of every byte of the copy, and leaves the rest",
          "[audit]") {
  const auto [policy, gone, left] =
      GENERATE(table<const char*, std::vector<const char*>, std::vector<const char*>>(
          {{"results", {"RowWord"}, {"LiteralWord", "ParameterWord", "ana"}},
           {"parameters", {"ParameterWord"}, {"LiteralWord", "RowWord", "ana"}},
           {"values", {"LiteralWord", "invalid input syntax: \""}, {"RowWord", "ana"}},
           {"identities", {"ana\"", "psql"}, {"LiteralWord", "RowWord", "ParameterWord"}},
           {"pattern=[A-Z][a-z]+Word", {"RowWord", "LiteralWord", "ParameterWord"}, {"psql"}},
           {"all", {"RowWord", "LiteralWord", "ParameterWord", "psql"}, {"sessions"}}}));
  Place place;
  record(place);
  const auto before = journal::load(place.file);
  INFO(policy);
  place.redact(policy);
  const auto bytes = journal::load(place.copy);
  for (const auto* word : gone) {
    INFO(word);
    CHECK_FALSE(contains(bytes, word));
  }
  for (const auto* word : left) {
    INFO(word);
    CHECK(contains(bytes, word));
  }
  check_verifies(place.copy);
  CHECK(journal::liveness(place.copy) == journal::Liveness::closed);
  CHECK_FALSE(fs::exists(place.copy.string() + "-wal"));
  CHECK(journal::load(place.file) == before);
}

TEST_CASE("the copy says what went by kind and count, and which file it is of", "[audit]") {
  Place place;
  record(place);
  const auto done = place.redact("results,parameters");
  journal::Reader original(place.file);
  journal::Reader reader(place.copy);
  const auto told = journal::redactions_of(reader);
  REQUIRE(told.size() == 1);
  CHECK(told[0].policies == "results,parameters");
  CHECK(told[0].counts == std::map<std::string, std::uint64_t>{
                              {"checks", 2}, {"error_texts", 1}, {"parameters", 1}, {"rows", 3}});
  CHECK(told[0].counts == done.counts);
  CHECK(told[0].at_us == 99);
  CHECK(told[0].size == original.last_seq());
  // Whoever has the original can tell that it is that one.
  const auto receipt = journal::parse_receipt(told[0].receipt);
  REQUIRE(receipt);
  CHECK(receipt->origin == told[0].origin);
  CHECK(journal::verify(original, {.key = {}, .receipt = receipt}).receipt ==
        journal::ReceiptState::fits);
  CHECK(journal::verify(reader).origin != told[0].origin);
}

TEST_CASE("a copy has the verdict of its original where what rules read is left", "[audit]") {
  Place place;
  record(place);
  const auto verdict = place.verdict(place.file);
  REQUIRE(contains(verdict, "saw the blocker"));
  SECTION("identities") {
    place.redact("identities");
    CHECK(place.verdict(place.copy) == verdict);
  }
  SECTION("values: the rules read rows, not texts") {
    place.redact("values");
    CHECK(place.verdict(place.copy) == verdict);
  }
}

TEST_CASE("a rule that reads what was taken out is unknown, and no other", "[audit]") {
  Place place;
  record(place);
  place.redact("results");
  const auto before = scorer::score(place.file).verdict;
  const auto after = scorer::score(place.copy).verdict;
  REQUIRE(after.checks.size() == before.checks.size());
  for (std::size_t i = 0; i < after.checks.size(); ++i) {
    INFO(after.checks[i].id);
    if (after.checks[i].part == scorer::Part::detect) {
      CHECK(after.checks[i].mark == scorer::Mark::unknown);
      CHECK(contains(after.checks[i].why, "taken out of this copy"));
      CHECK(after.checks[i].points.points == 0);
    } else {
      CHECK(after.checks[i].mark == before.checks[i].mark);
      CHECK(after.checks[i].why == before.checks[i].why);
    }
  }
}

TEST_CASE("a copy whose scenario lost something is graded by a scenario of the caller's alone",
          "[audit]") {
  Place place;
  record(place);
  place.redact("pattern=nobody looked");
  CHECK(contains(error_of([&] { scorer::score(place.copy); }), "--scenario DIR"));
  const auto rules = scorer::sample_rules();
  CHECK(scorer::score(place.copy, {.attempt = {}, .rules = &rules}).verdict.total.points > 0);
}

TEST_CASE("a copy can be redacted again, and says both", "[audit]") {
  Place place;
  record(place);
  place.redact("results");
  audit::redact(place.copy, place.folder / "c.ride",
                {read_policy({"identities"}), place.key, "0.1.0", 100});
  check_verifies(place.folder / "c.ride");
  journal::Reader reader(place.folder / "c.ride");
  const auto told = journal::redactions_of(reader);
  REQUIRE(told.size() == 2);
  CHECK(told[0].policies == "results");
  CHECK(told[1].policies == "identities");
  CHECK(journal::touched_in(reader, 1).contains("saw.*"));
}

TEST_CASE("what was changed is not copied, for a chain of the copy's own would hide it",
          "[audit]") {
  Place place;
  record(place);
  const auto* const sql = GENERATE("UPDATE events SET at_us = at_us + 1 WHERE seq = 3",
                                   "UPDATE fact_statements SET text = 'x' WHERE n = 1",
                                   "DELETE FROM events WHERE seq = 4");
  INFO(sql);
  change(place.file, sql);
  CHECK(contains(error_of([&] { place.redact("results"); }), "is not what was recorded"));
  CHECK_FALSE(fs::exists(place.copy));
}

TEST_CASE("a copy is not written over anything, nor made of a file that is being written",
          "[audit]") {
  Place place;
  record(place);
  journal::save(place.copy, "mine");
  CHECK(contains(error_of([&] { place.redact("results"); }), "is there already"));
  CHECK(journal::load(place.copy) == "mine");
  CHECK(contains(
      error_of([&] {
        audit::redact(place.file, place.file, {read_policy({"results"}), place.key, "0.1.0", 99});
      }),
      "is there already"));
  const auto live = place.folder / "live.ride";
  const Recording recording(live, scorer::sample_rules());
  CHECK(contains(error_of([&] {
                   audit::redact(live, place.folder / "c.ride",
                                 {read_policy({"results"}), place.key, "0.1.0", 99});
                 }),
                 "is being written"));
}

TEST_CASE("an attempt that was not submitted is copied without facts", "[audit]") {
  Place place;
  record_unsubmitted(place);
  const auto done = place.redact("results");
  CHECK(done.touched.at(1).contains("saw.*"));
  check_verifies(place.copy);
  CHECK(contains(place.verdict(place.copy), "taken out of this copy"));
}

TEST_CASE("a copy of a pruned file begins where that does", "[audit]") {
  Place place;
  record_unsubmitted(place);
  const auto pruned = place.folder / "pruned.ride";
  {
    journal::Reader from(place.file);
    journal::Copy copy(pruned, {.key = place.key, .same_as = &from.database(), .pruned_to = 3});
    auto cursor = from.events({.attempt = {}, .kinds = {}, .after = 3});
    for (journal::Event event; cursor.next(event);) copy.add(event);
    copy.close();
  }
  audit::redact(pruned, place.copy, {read_policy({"identities"}), place.key, "0.1.0", 99});
  journal::Reader reader(place.copy);
  const auto verified = journal::verify(reader);
  for (const auto& finding : verified.findings) UNSCOPED_INFO(finding.text);
  CHECK(verified.is_sound());
  CHECK(verified.pruned_to == 3);
}

TEST_CASE("files of earlier formats can be redacted, by every policy", "[audit]") {
  for (const auto* name : {"1-release-fallout", "1-proxy", "2-release-fallout", "2-proxy"}) {
    INFO(name);
    Place place;
    fs::copy_file(fs::path(RIDE_JOURNALS) / (std::string(name) + ".ride"), place.file);
    const auto done = place.redact("all");
    CHECK(done.counts.contains("rows"));
    CHECK(done.receipt.empty() == (name[0] == '1'));
    check_verifies(place.copy);
  }
}
