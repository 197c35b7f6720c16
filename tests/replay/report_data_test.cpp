#include "replay/report_data.hpp"

#include <sstream>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/replay/moments.hpp"

using namespace ride::replay;
namespace json = boost::json;

namespace {

std::string written(std::vector<Moment> moments) {
  Report report;
  report.title = "a title";
  report.moments = std::move(moments);
  std::ostringstream out;
  write_report_data(report, out);
  return out.str();
}

json::object data_of(std::vector<Moment> moments) {
  return json::parse(written(std::move(moments))).as_object();
}

const json::object& statement(const json::object& data, std::size_t index) {
  return data.at("statements").at(index).as_object();
}

}  // namespace

TEST_CASE("data holds no byte that HTML could take for its own", "[replay][report]") {
  CHECK(for_script(R"("</script><!--&amp;")") == R"("\u003c/script\u003e\u003c!--\u0026amp;")");
  CHECK(for_script("\"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\"") == "\"\\u2028\\u2029\xe2\x80\xaa\"");
  const auto text = written(Moments()
                                .began(1, "SELECT '</script><script>'")
                                .ended(1, {"<img src=x onerror=alert(1)>", "&lt;"})
                                .note("hint", "<b>", "<!--")
                                .take());
  CHECK(text.find_first_of("<>&") == std::string::npos);
  const auto data = json::parse(text).as_object();
  CHECK(data.at("texts").at(0) == "SELECT '</script><script>'");
  CHECK(data.at("notes").at(0).at("x") == "<!--");
}

TEST_CASE("control characters and what hides or reorders text are shown in the report's data",
          "[replay][report]") {
  const auto data = data_of(
      Moments().began(1, "SELECT '\x1b[2J\xe2\x80\xae'").ended(1, {"a\xff", "b\x07"}).take());
  CHECK(data.at("texts").at(0) == "SELECT '^[[2J\\u202e'");
  const auto& rows = statement(data, 0).at("a").at(0).at("rows");
  CHECK(rows.at(0).at(0) == "a\\xff");
  CHECK(rows.at(1).at(0) == "b^G");
}

TEST_CASE("answers stand at their statement, and notes where they happened", "[replay][report]") {
  const auto data = data_of(Moments()
                                .began(1, "SELECT 1", 1)
                                .began(2, "SELECT 2", 2)
                                .note("probe", "api", "healthy, 0")
                                .ended(2, {"two"}, 2)
                                .ended(1, {"one"}, 1)
                                .take());
  REQUIRE(data.at("statements").as_array().size() == 2);
  CHECK(statement(data, 0).at("a").at(0).at("rows").at(0).at(0) == "one");
  CHECK(statement(data, 1).at("a").at(0).at("rows").at(0).at(0) == "two");
  CHECK(statement(data, 1).at("c") == 2);
  CHECK(data.at("notes").at(0).at("i") == 2);
}

TEST_CASE("a text that was sent a thousand times stands in the data once", "[replay][report]") {
  Moments moments;
  for (int n = 1; n <= 1'000; ++n) moments.began(n, "SELECT the_same").ended(n);
  const auto data = data_of(moments.take());
  CHECK(data.at("texts").as_array().size() == 1);
  CHECK(data.at("statements").as_array().size() == 1'000);
}

TEST_CASE("long values and results are cut, and it is known how much is missing",
          "[replay][report]") {
  const std::vector<std::string> values(5'000, std::string(100, 'v'));
  const auto data = data_of(Moments()
                                .began(1, "SELECT '" + std::string(20'000, 'x') + "'")
                                .ended(1, values)
                                .began(2, "SELECT 2")
                                .ended(2, {std::string(5'000, 'w')})
                                .take());
  const auto text = std::string(data.at("texts").at(0).as_string());
  CHECK(text.ends_with("x … (3625 more bytes)"));
  const auto& answer = statement(data, 0).at("a").at(0);
  CHECK(answer.at("counted") == 5'000);
  const auto rows = answer.at("rows").as_array().size();
  CHECK(rows * 100 <= result_bytes_max);
  CHECK(rows > 1'000);
  const auto value =
      std::string(statement(data, 1).at("a").at(0).at("rows").at(0).at(0).as_string());
  CHECK(value == std::string(4'096, 'w') + " … (904 more bytes)");
}

TEST_CASE("of a very long attempt each result has its share of the page", "[replay][report]") {
  Moments moments;
  for (int n = 1; n <= 60'000; ++n)
    moments.began(n, "SELECT 1").ended(n, std::vector<std::string>(20, std::string(200, 'v')));
  const auto text = written(moments.take());
  CHECK(text.size() < 2 * results_bytes_max + 60'000 * 200);
  const auto data = json::parse(text).as_object();
  const auto& last = statement(data, 59'999).at("a").at(0);
  CHECK(last.at("counted") == 20);
  CHECK(last.at("rows").as_array().size() >= 1);
}

TEST_CASE("of a page whose attempt has no score the reason stands in its data",
          "[replay][report]") {
  Report report;
  report.ungraded = "recorded without a scenario";
  report.damages = {"events 3 to 5 cannot be read"};
  std::ostringstream out;
  write_report_data(report, out);
  const auto data = json::parse(out.str()).as_object();
  CHECK(data.at("ungraded") == "recorded without a scenario");
  CHECK(data.at("damages").at(0) == "events 3 to 5 cannot be read");
  CHECK_FALSE(data.contains("card"));
}
