#include "journal/facts/verify.hpp"

#include "journal/copy.hpp"
#include "journal/facts/store.hpp"
#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::journal::facts::test {
namespace {

// A file with one submitted attempt, whose facts were derived by `versions`.
void record(const std::filesystem::path& file, const std::string& versions) {
  Story story;
  story.connect(1, 100).run(1, "SELECT id FROM orders", "SELECT 1");
  Copy copy(file, {});
  Seq last = 0;
  for (const auto& event : story.events()) {
    copy.add(event);
    last = event.seq;
  }
  const auto attempt = story.events().back().attempt;
  store(copy.database(), attempt, story.derive());
  std::string body;
  FieldWriter(body)
      .put(Field::digest, as_bytes(digest(copy.database(), attempt)))
      .put(Field::text, versions);
  copy.add({last + 1, attempt, Kind::submit_ended, 0, 0, body});
  copy.close();
}

FactsVerified verify_file(const std::filesystem::path& file) {
  Reader reader(file);
  sql::Analyser analyser;
  const auto all = verify(reader, analyser);
  REQUIRE(all.size() == 1);
  return all.front();
}

void change(const std::filesystem::path& file, const std::string& sql) {
  Database::open_for_writing(file).run(sql);
}

const char* const edited = "UPDATE fact_statements SET text = 'SELECT 1'";

}  // namespace

TEST_CASE("facts that follow from the events are derived again", "[facts][verify]") {
  const ride::test::TemporaryDirectory folder;
  record(folder / "a.ride", versions());
  const auto verified = verify_file(folder / "a.ride");
  CHECK(verified.wrong.empty());
  CHECK(verified.derived_again);
  change(folder / "a.ride", edited);
  CHECK(verify_file(folder / "a.ride").wrong ==
        "the stored facts are not those that were derived at submit");
}

TEST_CASE("facts that do not follow from the events are found though their digest fits",
          "[facts][verify]") {
  const ride::test::TemporaryDirectory folder;
  record(folder / "a.ride", versions());
  const Database database = Database::open_for_writing(folder / "a.ride");
  database.run(
      "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'orders', 'others') AS BLOB) "
      "WHERE kind = 20");
  CHECK(verify_file(folder / "a.ride").wrong == "the facts do not follow from the events");
}

TEST_CASE("facts of other versions, with other tables, are compared by their digest alone",
          "[facts][verify]") {
  const ride::test::TemporaryDirectory folder;
  record(folder / "a.ride", R"({"facts":0})");
  const auto verified = verify_file(folder / "a.ride");
  CHECK(verified.wrong.empty());
  CHECK_FALSE(verified.derived_again);
  CHECK(verified.versions == R"({"facts":0})");
  change(folder / "a.ride", edited);
  CHECK(verify_file(folder / "a.ride").wrong ==
        "the stored facts are not those that were derived at submit");
}

namespace {

// An attempt whose submit was cut off behind the storing of its facts, and then interrupted.
void record_cut_off(const std::filesystem::path& file) {
  Story story;
  story.connect(1, 100).run(1, "SELECT id FROM orders", "SELECT 1");
  Copy copy(file, {});
  std::vector<Event> events = story.events();
  const auto attempt = events.back().attempt;
  const auto add = [&](Kind kind, const std::string& how = "") {
    std::string body;
    if (!how.empty()) FieldWriter(body).put(Field::how, Bytes(how));
    events.push_back({events.back().seq + 1, attempt, kind, events.back().at_us, 0, body});
  };
  add(Kind::submit_began);
  add(Kind::fence);
  sql::Analyser analyser;
  const auto facts = derive(events, analyser);
  add(Kind::attempt_ended, "interrupted");
  for (const auto& event : events) copy.add(event);
  store(copy.database(), attempt, facts);
  copy.close();
}

}  // namespace

TEST_CASE("facts that a submit stored and did not come to name are looked at", "[facts][verify]") {
  const ride::test::TemporaryDirectory folder;
  record_cut_off(folder / "a.ride");
  auto verified = verify_file(folder / "a.ride");
  CHECK_FALSE(verified.named);
  CHECK(verified.derived_again);
  CHECK(verified.wrong.empty());
  change(folder / "a.ride", edited);
  verified = verify_file(folder / "a.ride");
  CHECK_FALSE(verified.derived_again);
  CHECK(verified.wrong.empty());  // another version may have derived them: nothing says which
}

TEST_CASE("facts of an attempt that never came to a submit are wrong", "[facts][verify]") {
  const ride::test::TemporaryDirectory folder;
  record_cut_off(folder / "a.ride");
  change(folder / "a.ride",
         "UPDATE fact_statements SET attempt = 7; DELETE FROM fact_connections;"
         "DELETE FROM fact_saw; DELETE FROM fact_reads; DELETE FROM fact_gaps");
  CHECK(verify_file(folder / "a.ride").wrong ==
        "facts are stored, and the record has no submit that could have derived them");
}

TEST_CASE("a digest counts the tables and columns that the file has", "[facts][verify]") {
  const ride::test::TemporaryDirectory folder;
  record(folder / "a.ride", R"({"facts":0})");
  const auto database = Database::open_for_writing(folder / "a.ride");
  CHECK(digest_as_stored(database, 1) == digest(database, 1));
  database.run("ALTER TABLE fact_hints ADD COLUMN later; DROP TABLE fact_gaps");
  CHECK(digest_as_stored(database, 1) != digest(database, 1));
}

}  // namespace ride::journal::facts::test
