#include "audit/show.hpp"

#include "base/json.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::contains;
using journal::Field;
using journal::Kind;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

namespace {

std::string shown(const std::filesystem::path& file, const ShowOptions& options = {}) {
  std::string out;
  journal::Reader reader(file);
  show(reader, options, [&](const std::string& lines) { out += lines; });
  return out;
}

}  // namespace

TEST_CASE("show prints statements in the order of their numbers, with result and outcome",
          "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  const auto begin = recording.ask("BEGIN");
  recording.answer(begin, 0, "BEGIN");
  recording.ready(begin, "T");
  const auto read = recording.ask("SELECT name FROM t");
  recording.result(read, {"one", "two"});
  recording.ready(read, "T");
  const auto bad = recording.ask("SELECT nope");
  recording.fail(bad, 0, "42703", "column \"nope\" does not exist");
  recording.ready(bad, "E");
  recording.close();
  const auto text = shown(folder / "a.ride");
  const auto first = text.find("#1  ");
  const auto second = text.find("#2  ");
  const auto third = text.find("#3  ");
  REQUIRE(third != std::string::npos);
  CHECK(first < second);
  CHECK(second < third);
  CHECK(contains(text, "oncall@app, psql"));
  CHECK(contains(text, " value\n-------\n one\n two\n(2 rows)\n"));
  CHECK(contains(text, "failed 42703"));
  CHECK(contains(text, "message: column \"nope\" does not exist"));
  CHECK(contains(text, "before: in a transaction, after: in a failed transaction"));
}

TEST_CASE("show prints one statement, a range, or those of a session", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  for (const auto* text : {"SELECT 'a'", "SELECT 'b'", "SELECT 'c'"}) recording.select(text, {"x"});
  recording.close();
  const auto one = shown(folder / "a.ride", {.first = 2, .last = 2});
  CHECK(contains(one, "SELECT 'b'"));
  CHECK_FALSE(contains(one, "SELECT 'a'"));
  CHECK_FALSE(contains(one, "SELECT 'c'"));
  CHECK(contains(shown(folder / "a.ride", {.first = 2, .last = 3}), "SELECT 'c'"));
  CHECK(shown(folder / "a.ride", {.connection = 2}).empty());
}

TEST_CASE("show decodes parameters, text and binary", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.add(Kind::parse, 1, [](journal::FieldWriter& out) {
    out.put(Field::name, "p").put(Field::text, "SELECT $1::int4, $2::text, $3::text");
    out.put(Field::parameter_types, Bytes("\0\0\0\x17\0\0\0\x19\0\0\0\x19", 12));
  });
  recording.add(Kind::bind, 1, [](journal::FieldWriter& out) {
    out.put(Field::name, "p");
    out.put(Field::parameters,
            Bytes("\0\3\0\1\0\0\0\0\0\3\0\0\0\4\0\0\0\x2a\0\0\0\2hi\xff\xff\xff\xff", 28));
  });
  const auto run = recording.add(Kind::execute, 1);
  recording.answer(run, 0, "SELECT 1");
  recording.ready(run);
  recording.close();
  const auto text = shown(folder / "a.ride");
  CHECK(contains(text, "$1 = '42'"));
  CHECK(contains(text, "$2 = 'hi'"));
  CHECK(contains(text, "$3 = NULL"));
  const auto line = boost::json::parse(shown(folder / "a.ride", {.json = true}));
  CHECK(line.at("parameters") == boost::json::array{"42", "hi", nullptr});
}

TEST_CASE("nothing that was recorded reaches the terminal as an escape sequence", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  const std::string evil =
      "\x1b[2J\x9b"
      "31m\x07\r\xe2\x80\xae";
  recording.add(Kind::parameter_changed, 1, [&](journal::FieldWriter& out) {
    out.put(Field::name, "application_name").put(Field::text, evil);
  });
  recording.select("SELECT '" + evil + "'", {evil});
  const auto bad = recording.ask("SELECT 2");
  recording.fail(bad, 0, "42703", evil);
  recording.ready(bad);
  recording.close();
  for (const bool json : {false, true}) {
    const auto text = shown(folder / "a.ride", {.json = json});
    CHECK(contains(text, "SELECT"));
    for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK_FALSE(contains(text, "\x9b"));
    CHECK_FALSE(contains(text, "\xe2\x80\xae"));
  }
}

TEST_CASE("a long result is cut unless all of it is asked for", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT name FROM t", std::vector<std::string>(100, "row"));
  recording.close();
  CHECK(contains(shown(folder / "a.ride"), "(100 rows, the first 40 shown, 100 kept)"));
  CHECK(contains(shown(folder / "a.ride", {.rows_max = 1'000}), "(100 rows)"));
}
