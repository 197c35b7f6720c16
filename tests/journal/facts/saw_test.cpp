#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

constexpr const char* start = R"({"relations":[{"schema":"public","name":"orders","oid":16400,
  "kind":"r","owner":"app_owner","columns":[
   {"attnum":1,"name":"id","type":"bigint","not_null":true,"default":null},
   {"attnum":2,"name":"release_id","type":"text","not_null":false,"default":null}]}],
  "system_relations":[{"schema":"pg_catalog","name":"pg_stat_activity","oid":12000}]})";

}  // namespace

TEST_CASE("values are seen with their relation and column, whatever the alias", "[facts][saw]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  const auto request = story.query(1, "SELECT id, release_id AS harmless, 1 AS one FROM orders");
  story.rows(request, {{"id", 20, 16400, 1}, {"harmless", 25, 16400, 2}, {"one", 23}},
             {{"7", std::nullopt, "1"}});
  story.ready(1, request);
  const auto facts = story.derive();
  REQUIRE(facts.saw.size() == 3);
  CHECK(facts.saw[1].relation == "public.orders");
  CHECK(facts.saw[1].column == "release_id");
  CHECK_FALSE(facts.saw[1].value);
  CHECK_FALSE(facts.saw[2].relation);
  CHECK(facts.saw[2].column == "one");
}

TEST_CASE("system views are known by their oid", "[facts][saw]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  const auto request = story.query(1, "SELECT pid FROM pg_stat_activity");
  story.rows(request, {{"pid", 23, 12000, 3}}, {{"201"}}).ready(1, request);
  CHECK(story.derive().saw.at(0).relation == "pg_catalog.pg_stat_activity");
}

TEST_CASE("binary values are decoded", "[facts][saw]") {
  Story story;
  story.connect(1, 100);
  story.parse(1, "", "SELECT 1");
  story.bind(1, "", "");
  const auto request = story.execute(1, "");
  story.rows(request, {{"b", 16, 0, 0, true}, {"i", 23, 0, 0, true}, {"t", 25, 0, 0, true}},
             {{"\x01", big_endian(0xFFFFFFFFU, 4), "text"}});
  story.ready(1, request);
  const auto facts = story.derive();
  REQUIRE(facts.saw.size() == 3);
  CHECK(facts.saw[0].value == "t");
  CHECK(facts.saw[1].value == "-1");
  CHECK(facts.saw[2].value == "text");
}

TEST_CASE("COPY TO STDOUT is seen, COPY FROM STDIN is not", "[facts][saw]") {
  Story story;
  story.snapshot("start", "app_db", start).connect(1, 100);
  for (const char* text : {"COPY orders TO STDOUT", "COPY orders FROM STDIN"}) {
    const auto request = story.query(1, text);
    std::string body;
    FieldWriter(body)
        .put(Field::request, request)
        .put(Field::how, Bytes("complete"))
        .put(Field::tag, Bytes("COPY 2"))
        .put(Field::copy_format, 0)
        .put(Field::copy_data, Bytes("1\ta\\tb\n2\t\\N\n"));
    story.event(Kind::ended, body, 1).ready(1, request);
  }
  const auto facts = story.derive();
  REQUIRE(facts.saw.size() == 4);
  CHECK(facts.saw[1].relation == "public.orders");
  CHECK(facts.saw[1].column == "release_id");
  CHECK(facts.saw[1].value == "a\tb");
  CHECK_FALSE(facts.saw[3].value);
  CHECK(facts.saw[3].row == 1);
  CHECK(facts.statements[0].path == "copy");
}

}  // namespace ride::journal::facts::test
