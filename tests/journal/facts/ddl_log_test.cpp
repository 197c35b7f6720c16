#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

using Words = std::vector<std::string>;

constexpr const char* start = R"({"relations":[{"schema":"public","name":"orders","oid":16400,
  "kind":"r","owner":"app_owner","columns":[
   {"attnum":1,"name":"id","type":"bigint","not_null":true,"default":null},
   {"attnum":2,"name":"release_id","type":"text","not_null":false,"default":null}]}]})";

std::string altered(const std::string& columns, const std::string& txid = "700") {
  return R"({"event":"ddl_command_end","tag":"ALTER TABLE","type":"table","object":"public.orders",)"
         R"("txid":")" +
         txid + R"(","columns":[{"name":"id","not_null":true,"default":false,"type":"bigint"})" +
         columns + "]}";
}

constexpr const char* release =
    R"(,{"name":"release_id","not_null":false,"default":false,"type":"text"})";
constexpr const char* release_default =
    R"(,{"name":"release_id","not_null":false,"default":true,"type":"text"})";

Words ddl(const Facts& facts) {
  Words out;
  for (const auto& row : facts.ddl)
    out.push_back(std::to_string(row.statement.value_or(0)) + " " + row.action + " " +
                  row.object.value_or("-") + " " + row.column.value_or("-") + " " + row.outcome +
                  " " + row.tier);
  return out;
}

constexpr const char* drop_in_do = "DO $$ BEGIN EXECUTE 'ALTER …'; END $$";

}  // namespace

TEST_CASE("what a DO block dropped is known from the log", "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, drop_in_do, "DO");
  story.ddl(100,
            R"({"event":"sql_drop","tag":"ALTER TABLE","type":"table column",)"
            R"("object":"public.orders","column":"release_id","txid":"700"})",
            drop_in_do);
  story.ddl(100, altered(""), drop_in_do);
  CHECK(ddl(story.derive()) == Words{"1 drop column public.orders release_id committed log"});
}

TEST_CASE("what a failed DO block had done is rolled back", "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  const auto request = story.query(1, drop_in_do);
  story.failed(request, "P0001").ready(1, request);
  story.ddl(100, altered(""), drop_in_do);
  CHECK(ddl(story.derive()) == Words{"1 drop column public.orders release_id rolled back log"});
}

TEST_CASE("the log adds nothing to what the text says", "[facts][ddl]") {
  const std::string text = "ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown'";
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, text, "ALTER TABLE");
  story.ddl(100, altered(release_default), text);
  CHECK(ddl(story.derive()) == Words{"1 set default public.orders release_id committed wire"});
}

TEST_CASE("lines that come late still belong to their statement", "[facts][ddl]") {
  const std::string first = "DO $$ BEGIN EXECUTE 'one'; END $$";
  const std::string second = "DO $$ BEGIN EXECUTE 'two'; END $$";
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, first, "DO");
  story.run(1, second, "DO");
  story.ddl(100, altered(release_default, "700"), first);
  story.ddl(100, altered("", "701"), second);
  CHECK(ddl(story.derive()) == Words{"1 set default public.orders release_id committed log",
                                     "2 drop column public.orders release_id committed log"});
}

TEST_CASE("equal texts take their lines one transaction after the other", "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, drop_in_do, "DO");
  story.run(1, drop_in_do, "DO");
  story.ddl(100, altered(release_default, "700"), drop_in_do);
  story.ddl(100, altered(release, "701"), drop_in_do);
  CHECK(ddl(story.derive()) == Words{"1 set default public.orders release_id committed log",
                                     "2 drop default public.orders release_id committed log"});
}

TEST_CASE("in a string of several statements each takes the lines that its text explains",
          "[facts][ddl]") {
  const std::string text =
      "DO $$ BEGIN EXECUTE 'x'; END $$; ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'u'";
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  const auto request = story.query(1, text);
  story.done(request, "DO", 0).done(request, "ALTER TABLE", 1).ready(1, request);
  SECTION("the block changed nothing") {
    story.ddl(100, altered(release_default), text);
    CHECK(ddl(story.derive()) == Words{"2 set default public.orders release_id committed wire"});
  }
  SECTION("the block added a column before") {
    const std::string extra = R"(,{"name":"x","not_null":false,"default":false,"type":"text"})";
    story.ddl(100, altered(release + extra), text);
    story.ddl(100, altered(release_default + extra), text);
    CHECK(ddl(story.derive()) == Words{"1 add column public.orders x committed log",
                                       "2 set default public.orders release_id committed wire"});
  }
}

TEST_CASE("a statement that commits inside keeps all of its lines", "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, drop_in_do, "DO");
  story.ddl(100, altered(release_default, "700"), drop_in_do);
  story.ddl(100, altered("", "701"), drop_in_do);
  CHECK(ddl(story.derive()) == Words{"1 set default public.orders release_id committed log",
                                     "1 drop column public.orders release_id committed log"});
}

TEST_CASE("columns are compared with what stands, not with what was rolled back", "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "DO $$ BEGIN EXECUTE 'drop'; END $$", "DO", 'T');
  story.run(1, "ROLLBACK", "ROLLBACK");
  story.run(1, "DO $$ BEGIN EXECUTE 'default'; END $$", "DO");
  story.ddl(100, altered("", "700"), "DO $$ BEGIN EXECUTE 'drop'; END $$");
  story.ddl(100, altered(release_default, "701"), "DO $$ BEGIN EXECUTE 'default'; END $$");
  CHECK(ddl(story.derive()) == Words{"2 drop column public.orders release_id rolled back log",
                                     "4 set default public.orders release_id committed log"});
}

TEST_CASE("the DDL of others is no statement's, and is what later lines are compared with",
          "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.ddl(555, altered(release_default, "699"), "ALTER TABLE …");
  story.run(1, drop_in_do, "DO");
  story.ddl(100, altered(release, "700"), drop_in_do);
  CHECK(ddl(story.derive()) == Words{"1 drop default public.orders release_id committed log"});
}

TEST_CASE("a line that the learner raised is not believed", "[facts][ddl]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  story.run(1, drop_in_do, "DO");
  story.log(100, "ride: ddl " + altered(""), drop_in_do, "",
            "PL/pgSQL function inline_code_block line 1 at RAISE");
  CHECK(story.derive().ddl.empty());
}

TEST_CASE("a dropped column is a row for every outcome", "[facts][ddl]") {
  const std::string text = "ALTER TABLE orders DROP COLUMN release_id";
  Story story;
  story.connect(1, 100);
  story.run(1, text, "ALTER TABLE");
  const auto refused = story.query(1, text);
  story.failed(refused, "42501").ready(1, refused);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, text, "ALTER TABLE", 'T');
  story.run(1, "ROLLBACK", "ROLLBACK");
  const auto facts = story.derive();
  CHECK(ddl(facts) == Words{"1 drop column public.orders release_id committed wire",
                            "2 drop column public.orders release_id failed wire",
                            "4 drop column public.orders release_id rolled back wire"});
  CHECK(facts.changes.size() == 1);
}

}  // namespace ride::journal::facts::test
