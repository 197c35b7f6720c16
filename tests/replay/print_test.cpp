#include "replay/print.hpp"

#include "base/json.hpp"
#include "replay/table.hpp"
#include "scorer/text.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

Moment moment_of(std::variant<StatementBegan, StatementEnded, Note> what) {
  return {7, 1'780'000'001'500'000, 61'500'000, 1, std::move(what)};
}

StatementBegan statement_of(const std::string& text) {
  StatementBegan out;
  out.n = 3;
  out.database = "app_db";
  out.role = "oncall";
  out.text = text;
  return out;
}

StatementEnded answer_of(std::vector<Column> columns,
                         std::vector<std::vector<std::optional<std::string>>> rows) {
  StatementEnded out;
  out.n = 3;
  out.outcome = "committed";
  out.rows_counted = static_cast<std::int64_t>(rows.size());
  out.columns = std::move(columns);
  out.rows = std::move(rows);
  out.took_us = 4'200;
  out.spent = {1'000, 0, 4'000, 200};
  return out;
}

std::size_t widest_line(const std::vector<Line>& lines) {
  std::size_t widest = 0;
  for (const auto& line : lines) widest = std::max(widest, width_of(line));
  return widest;
}

std::string text_of(const std::vector<Line>& lines) {
  std::string out;
  for (const auto& line : lines) out += plain_text(line) + '\n';
  return out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a statement and its answer read like psql", "[replay][print]") {
  TextPrinter printer({});
  CHECK(printer.print(moment_of(statement_of("SELECT pid,\n  state FROM s"))) ==
        "\n#3  1:01.500  connection 1, oncall\n"
        "app_db=> SELECT pid,\n"
        "           state FROM s\n");
  CHECK(printer.print(moment_of(
            answer_of({{"pid", true}, {"state", false}}, {{"12", "idle"}, {"1203", {}}}))) ==
        " pid  | state\n"
        "------+-------\n"
        "   12 | idle\n"
        " 1203 |\n"
        "(2 rows)  4.2 ms\n");
}

TEST_CASE("an answer away from its statement says whose it is", "[replay][print]") {
  TextPrinter printer({});
  printer.print(moment_of(statement_of("SELECT 1")));
  CHECK(printer.print(moment_of(Note{"actor", "blocker", "ended: 57P01", Weight::bad})) ==
        "  · 1:01.500  blocker ended: 57P01\n");
  CHECK(contains(printer.print(moment_of(answer_of({{"x", false}}, {}))), "#3  1:01.500  returns"));
}

TEST_CASE("errors, transaction state and missing answers are said", "[replay][print]") {
  TextPrinter printer({});
  auto answer = answer_of({}, {});
  answer.error = {"ERROR", "42703", "column \"x\" does not exist", "", "Perhaps \"y\"."};
  answer.transaction = 'E';
  const auto text = printer.print(moment_of(answer));
  CHECK(contains(text, "ERROR:  42703: column \"x\" does not exist\nHINT:  Perhaps \"y\".\n"));
  CHECK(contains(text, "in a failed transaction"));
  auto began = statement_of("COMMIT");
  began.transaction = 'E';
  CHECK(contains(printer.print(moment_of(began)), "app_db=!> COMMIT"));
  StatementEnded skipped;
  skipped.n = 3;
  skipped.answered = false;
  skipped.outcome = "skipped";
  CHECK(contains(printer.print(moment_of(skipped)), "skipped by the server"));
}

TEST_CASE("a client's own catalog query is one line unless asked for", "[replay][print]") {
  auto began = statement_of("SELECT … FROM pg_catalog.pg_class");
  auto ended = answer_of({{"x", false}}, {{"1"}});
  began.tool = ended.tool = true;
  TextPrinter folding({});
  CHECK(folding.print(moment_of(began)) == "");
  CHECK(folding.print(moment_of(ended)) == "");
  CHECK(folding.finish() == "#3  1:01.500  a query of the client's own about the catalog, 1 row\n");
  TextPrinter unfolding({.tool_queries = true});
  CHECK(contains(unfolding.print(moment_of(began)), "pg_class"));
}

TEST_CASE("wide results are cut to the width, the widest columns first", "[replay][print]") {
  const auto wide = answer_of({{"id", true}, {"body", false}}, {{"1", std::string(5'000, 'x')}});
  for (const std::size_t width : {20U, 40U, 80U, 200U})
    CHECK(widest_line(table_of(wide, width, 9)) <= width);
  CHECK(contains(text_of(table_of(wide, 40, 9)), "  1 | xxx"));
  CHECK(contains(text_of(table_of(wide, 40, 9)), "…"));
  std::vector<Column> columns(300, {"column", false});
  CHECK(widest_line(table_of(answer_of(columns, {}), 80, 9)) <= 80);
}

TEST_CASE("long results say how much of them is shown", "[replay][print]") {
  TextPrinter printer({.layout = {.rows_max = 2}});
  auto answer = answer_of({{"x", false}}, {{"1"}, {"2"}, {"3"}});
  answer.rows_counted = 500;
  answer.omitted_bytes = 12;
  const auto text = printer.print(moment_of(answer));
  CHECK(contains(text, "(500 rows, the first 2 shown) [12 bytes were not kept]"));
  CHECK_FALSE(contains(text, "3\n"));
}

TEST_CASE("nothing recorded can inject terminal escapes", "[replay][print]") {
  const std::string evil = "\x1b[2J\x9b\xc2\x9b\x07\xe2\x80\xae";
  auto answer = answer_of({{evil, false}}, {{evil}});
  answer.notices = {evil};
  answer.copied = evil;
  answer.tag = evil;
  answer.error = {evil, evil, evil, evil, evil};
  auto began = statement_of(evil);
  began.database = began.role = evil;
  began.parameters = {evil};
  TextPrinter printer({.tool_queries = true});
  for (const auto& moment :
       {moment_of(began), moment_of(answer), moment_of(Note{"actor", evil, evil, Weight::plain})}) {
    for (const auto& text : {printer.print(moment), to_json(moment)}) {
      CHECK_FALSE(contains(text, "\x1b"));
      CHECK_FALSE(contains(text, "\x07"));
      CHECK_FALSE(contains(text, "\x9b"));
      CHECK_FALSE(contains(text, "\xe2\x80\xae"));
    }
  }
}

TEST_CASE("colour comes only when asked for", "[replay][print]") {
  TextPrinter plain({}), colored({.color = true});
  CHECK_FALSE(contains(plain.print(moment_of(statement_of("SELECT 1"))), "\x1b"));
  const auto text = colored.print(moment_of(statement_of("SELECT 1 AS state")));
  CHECK(contains(text, "\x1b[1m"));
  CHECK(contains(text, "\x1b[36mSELECT\x1b[0m 1 \x1b[36mAS\x1b[0m state"));
}

TEST_CASE("every moment is one line of JSON", "[replay][print]") {
  const auto answer = to_json(moment_of(answer_of({{"a", false}}, {{"x\ny"}, {{}}})));
  CHECK_FALSE(contains(answer, "\n"));
  const auto json = boost::json::parse(answer).as_object();
  CHECK(json.at("kind").as_string() == "answer");
  CHECK(json.at("seq").as_int64() == 7);
  CHECK(boost::json::serialize(json.at("spent_us")) ==
        R"({"think":1000,"queued":0,"server":4000,"transfer":200})");
  CHECK(boost::json::serialize(json.at("rows")) == R"([["x\ny"],[null]])");
  CHECK(boost::json::parse(to_json(moment_of(statement_of("SELECT 1")))).at("text").as_string() ==
        "SELECT 1");
  CHECK(boost::json::parse(to_json(moment_of(Note{"hint", "", "takes hint 1", {}})))
            .at("kind")
            .as_string() == "hint");
}
