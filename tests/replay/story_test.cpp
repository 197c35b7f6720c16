#include "replay/story.hpp"

#include "replay/print.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::replay;
using ride::journal::contains;
using ride::journal::Field;
using ride::journal::Kind;
using ride::journal::TemporaryFolder;
using ride::scorer::Recording;
using ride::scorer::sample_rules;

namespace {

std::string line_of(const StatementBegan& statement) {
  return "#" + std::to_string(statement.n) + " " + statement.database + "=" +
         statement.transaction + " " + statement.text;
}

std::string line_of(const StatementEnded& answer) {
  auto line = "#" + std::to_string(answer.n) + " -> ";
  if (!answer.answered) return line + answer.outcome;
  if (answer.error) return line + answer.error->sqlstate;
  line += answer.tag;
  for (const auto& row : answer.rows) line += " " + row.at(0).value_or("NULL");
  return line;
}

std::string line_of(const Note& note) { return note.kind + " " + note.subject + ": " + note.text; }

using Lines = std::vector<std::string>;

// The story in one line a moment, without what every attempt begins with.
Lines told(const std::filesystem::path& file, std::uint32_t attempt = 1) {
  Lines lines;
  journal::Reader reader(file);
  tell(reader, attempt, [&](const Moment& moment) {
    lines.push_back(std::visit([](const auto& what) { return line_of(what); }, moment.what));
  });
  REQUIRE(lines.size() >= 2);
  CHECK(lines[0] == "attempt : attempt 1 begins");
  CHECK(lines[1] == "connection 1: opened: oncall@app (psql)");
  lines.erase(lines.begin(), lines.begin() + 2);
  return lines;
}

}  // namespace

TEST_CASE("a story tells statements, answers and actors in their order", "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"x", "y"});
  const auto kill = recording.ask("SELECT pg_terminate_backend(11031)");
  recording.actor("blocker", "connected");
  recording.actor("blocker", "ended", "57P01");
  recording.answer(kill, 0, "SELECT 1");
  recording.ready(kill);
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"#1 app=I SELECT 1", "#1 -> SELECT 2 x y",
                                         "#2 app=I SELECT pg_terminate_backend(11031)",
                                         "actor blocker: connected, pid 11031",
                                         "actor blocker: ended: 57P01", "#2 -> SELECT 1"});
}

TEST_CASE("the statements of one string are told one by one, the skipped ones too",
          "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  const auto request = recording.ask("BEGIN; SELECT 1/0; SELECT 3");
  recording.answer(request, 0, "BEGIN");
  recording.fail(request, 1, "22012", "division by zero");
  recording.ready(request, "E");
  recording.close();
  const auto lines = told(folder / "a.ride");
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "#1 app=I BEGIN");
  CHECK(lines[1] == "#1 -> BEGIN");
  CHECK(contains(lines[2], "SELECT 1/0"));
  CHECK(lines[3] == "#2 -> 22012");
  CHECK(contains(lines[4], "SELECT 3"));
  CHECK(lines[5] == "#3 -> skipped");
}

TEST_CASE("a statement that nobody answered is told with the end of the record",
          "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.ask("SELECT pg_sleep(100)");
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"#1 app=I SELECT pg_sleep(100)", "#1 -> unknown"});
}

TEST_CASE("what says nothing new is not told", "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  for (const auto* state : {"running", "idle", "running", "waiting", "waiting", "running", "idle"})
    recording.actor("writer", state);
  for (const auto* value : {"1", "1", "0"})
    recording.add(Kind::probe, 0, [&](journal::FieldWriter& out) {
      out.put(Field::name, "waiting").put(Field::text, value);
      out.put(Field::how, value[0] == '0' ? "healthy" : "unhealthy");
    });
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"actor writer: waits for a lock", "actor writer: goes on",
                                         "probe waiting: unhealthy, 1",
                                         "probe waiting: healthy, 0"});
}

TEST_CASE("submit is told with its checks, and what came after has no number", "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"x"});
  recording.submit();
  recording.select("SELECT 2", {"late"});
  recording.end_attempt("submitted");
  recording.close();
  CHECK(told(folder / "a.ride") ==
        Lines{"#1 app=I SELECT 1", "#1 -> SELECT 1 x", "submit : submitted",
              "check filled: before the workload: pass, saw 1",
              "check filled: after the workload: pass, saw 1",
              "workload writer: 20 of 20 operations", "submit : graded", "#0 =I SELECT 2",
              "#0 -> SELECT 1 late", "attempt : the attempt ends: submitted"});
}

TEST_CASE("an extended statement is told with its parameters, and again with each fetch",
          "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.add(Kind::parse, 1, [](journal::FieldWriter& out) {
    out.put(Field::name, "s").put(Field::text, "SELECT $1::text");
  });
  recording.add(Kind::bind, 1, [](journal::FieldWriter& out) {
    out.put(Field::portal, "p").put(Field::name, "s");
    out.put(Field::parameters, std::string("\0\0\0\1\0\0\0\2hi", 10));
  });
  const auto execute = [&] {
    return recording.add(Kind::execute, 1, [](journal::FieldWriter& out) {
      out.put(Field::portal, "p").put(Field::max_rows, 1);
    });
  };
  const auto first = execute();
  recording.add(Kind::ended, 1, [&](journal::FieldWriter& out) {
    out.put(Field::request, first).put(Field::ordinal, 0).put(Field::how, "suspended");
  });
  const auto second = execute();
  recording.answer(second, 0, "SELECT 0");
  recording.ready(second);
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"#1 app=I SELECT $1::text", "#1 -> ", "#1 -> SELECT 0"});

  std::string parameter;
  journal::Reader reader(folder / "a.ride");
  tell(reader, 1, [&](const Moment& moment) {
    if (const auto* began = std::get_if<StatementBegan>(&moment.what))
      parameter = began->parameters.at(0).value_or("NULL");
  });
  CHECK(parameter == "hi");
}

TEST_CASE("the attempt to be told is the last submitted, the last, or the one named",
          "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.submit();
  recording.begin_attempt(2);
  recording.close();
  journal::Reader reader(folder / "a.ride");
  CHECK(choose_attempt(reader, {}) == 1);
  CHECK(choose_attempt(reader, 2) == 2);
  CHECK(contains(journal::error_of([&] { choose_attempt(reader, 3); }), "has no attempt 3"));
}

TEST_CASE("what a graphical client asks the catalogs by itself is a tool's", "[replay][story]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  const std::string catalog = "SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON true";
  const std::string information = "SELECT table_name FROM information_schema.tables";
  recording.select(catalog, {});
  recording.add(Kind::parameter_changed, 1, [](journal::FieldWriter& out) {
    out.put(Field::name, "application_name").put(Field::text, "DBeaver 24.1.0 - Main <app>");
  });
  for (const auto& text :
       {catalog, information, std::string("SELECT * FROM pg_stat_activity"),
        std::string("SELECT pg_terminate_backend(1) FROM pg_class"), std::string("SELECT 1"),
        std::string("SELECT * FROM orders, pg_class"), std::string("DELETE FROM pg_class")})
    recording.select(text, {});
  recording.close();
  std::vector<std::int64_t> begun, ended;
  journal::Reader reader(folder / "a.ride");
  tell(reader, 1, [&](const Moment& moment) {
    const auto* began = std::get_if<StatementBegan>(&moment.what);
    if (began != nullptr && began->tool) begun.push_back(began->n);
    const auto* answer = std::get_if<StatementEnded>(&moment.what);
    if (answer != nullptr && answer->tool) ended.push_back(answer->n);
  });
  CHECK(begun == std::vector<std::int64_t>{2, 3});
  CHECK(ended == begun);
}
