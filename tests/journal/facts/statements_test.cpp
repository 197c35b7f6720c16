#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

std::vector<std::string> texts(const Facts& facts) {
  std::vector<std::string> out;
  for (const auto& row : facts.statements) out.push_back(row.text.value_or("?"));
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("statements of all connections are numbered in the order of their requests", "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101, "tenant_b");
  const auto slow = story.query(1, "SELECT 1; SELECT 2");
  const auto quick = story.query(2, "SELECT 3");
  story.done(quick, "SELECT 1").ready(2, quick);
  story.done(slow, "SELECT 1", 0).done(slow, "SELECT 1", 1).ready(1, slow);
  const auto facts = story.derive();
  CHECK(texts(facts) == Words{"SELECT 1", "SELECT 2", "SELECT 3"});
  CHECK(facts.statements[2].database == "tenant_b");
  CHECK(facts.statements[1].ordinal == 1);
}

TEST_CASE("a string that the server refused whole is one statement", "[facts]") {
  Story story;
  story.connect(1, 100);
  const auto request = story.query(1, "SELECT 1; SELEC 2");
  story.failed(request, "42601", 0, 11).ready(1, request);
  const auto facts = story.derive();
  CHECK(texts(facts) == Words{"SELECT 1; SELEC 2"});
  CHECK(outcomes(facts) == Words{"failed"});
}

TEST_CASE("a first statement that fails with 42601 at run time does not swallow the string",
          "[facts]") {
  Story story;
  story.connect(1, 100);
  const auto request = story.query(1, "INSERT INTO t (a) VALUES (1, 2); SELECT 2");
  story.failed(request, "42601", 0, 30).ready(1, request);
  CHECK(outcomes(story.derive()) == Words{"failed", "skipped"});
}

TEST_CASE("an extended statement has one number whatever part of it failed", "[facts]") {
  Story story;
  story.connect(1, 100);
  for (const auto part : {0, 1, 2}) {
    const auto parse = story.parse(1, "", "SELECT " + std::to_string(part));
    if (part == 0) story.failed(parse, "42601");
    const auto bind = story.bind(1, "", "");
    if (part == 1) story.failed(bind, "22P02");
    const auto describe = story.describe(1, "portal", "");
    if (part == 2) story.failed(describe, "34000");
    story.ready(1, story.execute(1, ""));
  }
  const auto facts = story.derive();
  CHECK(texts(facts) == Words{"SELECT 0", "SELECT 1", "SELECT 2"});
  CHECK(outcomes(facts) == Words{"failed", "failed", "failed"});
}

TEST_CASE("further Executes of a portal keep its number", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.parse(1, "", "SELECT x FROM t");
  story.bind(1, "p", "");
  const auto first = story.execute(1, "p", 1);
  story.rows(first, {{"x"}}, {{"a"}}, 0, "suspended");
  const auto second = story.execute(1, "p", 0);
  story.rows(second, {{"x"}}, {{"b"}}).ready(1, second);
  const auto facts = story.derive();
  REQUIRE(facts.statements.size() == 1);
  CHECK(facts.statements[0].rows == 2);
  REQUIRE(facts.saw.size() == 2);
  CHECK(facts.saw[1].row == 1);
  CHECK(facts.saw[1].value == "b");
}

TEST_CASE("wire 33: a failed Parse keeps the statement of that name", "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.ready(1, story.parse(1, "s", "SELECT 1"));
  const auto again = story.parse(1, "s", "SELECT 2");
  story.failed(again, "42P05").ready(1, again);
  story.bind(1, "", "s");
  const auto run = story.execute(1, "");
  story.done(run, "SELECT 1").ready(1, run);
  CHECK(texts(story.derive()) == Words{"SELECT 2", "SELECT 1"});
}

TEST_CASE("wire 32: a simple query destroys the unnamed statement", "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.ready(1, story.parse(1, "", "SELECT 1"));
  story.run(1, "SELECT 2", "SELECT 1");
  const auto bind = story.bind(1, "", "");
  story.failed(bind, "26000").ready(1, story.execute(1, ""));
  const auto facts = story.derive();
  CHECK(texts(facts) == Words{"SELECT 2", "?"});
}

TEST_CASE("wire 34: PREPARE, Parse, EXECUTE and Bind share their names", "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "PREPARE sq AS SELECT * FROM customers", "PREPARE");
  story.bind(1, "", "sq");
  const auto first = story.execute(1, "");
  story.done(first, "SELECT 0").ready(1, first);
  story.ready(1, story.parse(1, "pq", "SELECT * FROM orders"));
  story.run(1, "EXECUTE pq", "SELECT 0");
  story.run(1, "DEALLOCATE ALL", "DEALLOCATE ALL");
  const auto gone = story.query(1, "EXECUTE pq");
  story.failed(gone, "26000").ready(1, gone);
  const auto facts = story.derive();
  REQUIRE(facts.reads.size() == 2);
  CHECK(facts.reads[0].statement == 2);
  CHECK(facts.reads[0].relation == "public.customers");
  CHECK(facts.reads[1].statement == 3);
  CHECK(facts.reads[1].relation == "public.orders");
  CHECK(facts.statements[2].text == "EXECUTE pq");
}

TEST_CASE("FETCH reads what its cursor was declared for", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "DECLARE c CURSOR FOR SELECT * FROM orders", "DECLARE CURSOR", 'T');
  const auto fetch = story.query(1, "FETCH 1 FROM c");
  story.rows(fetch, {{"id"}}, {{"7"}}).ready(1, fetch, 'T');
  const auto facts = story.derive();
  REQUIRE(facts.reads.size() == 1);
  CHECK(facts.reads[0].statement == 3);
  REQUIRE(facts.saw.size() == 1);
  CHECK(facts.saw[0].value == "7");
}

TEST_CASE("what was sent behind the last fence of submit does not count", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "SELECT 1", "SELECT 1");
  story.event(Kind::submit_began).event(Kind::fence).event(Kind::fence);
  const auto before = story.derive();
  story.run(1, "SELECT 2", "SELECT 1");
  story.event(Kind::submit_ended);
  CHECK(texts(story.derive()) == texts(before));
  CHECK(texts(before) == Words{"SELECT 1"});
}

TEST_CASE("wire 58: a text is cut where its session's strings end", "[facts][wire]") {
  const std::string text = "SELECT 'a\\'; b'; SELECT 2";
  Story story;
  story.connect(1, 100);
  std::string off;
  FieldWriter(off)
      .put(Field::name, Bytes("standard_conforming_strings"))
      .put(Field::text, Bytes("off"));
  story.event(Kind::parameter_changed, off, 1);
  const auto request = story.query(1, text);
  story.done(request, "SELECT 1").done(request, "SELECT 1", 1).ready(1, request);
  CHECK(texts(story.derive()) == Words{"SELECT 'a\\'; b'", "SELECT 2"});
}

TEST_CASE("an Execute that comes too late is a statement of its own", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.parse(1, "", "INSERT INTO t VALUES (1)");
  story.bind(1, "p", "");
  const auto first = story.execute(1, "p");
  story.done(first, "INSERT 0 1");
  const auto second = story.execute(1, "p");
  story.failed(second, "55000").ready(1, second);
  const auto facts = story.derive();
  CHECK(texts(facts) == Words{"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"});
  CHECK(outcomes(facts) == Words{"rolled back", "failed"});
}

}  // namespace ride::journal::facts::test
