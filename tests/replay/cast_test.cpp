#include "replay/cast.hpp"

#include <cmath>
#include <sstream>

#include "base/json.hpp"
#include "scorer/text.hpp"
#include "tests/catch.hpp"
#include "tests/replay/moments.hpp"

using namespace ride;
using namespace ride::replay;
namespace json = boost::json;

namespace {

constexpr std::int64_t second_us = 1'000'000;
const std::string evil =
    "a\x1b]52;c;AAAA\x07\r\n\x9b\xc2\x9b\xe2\x80\xae"
    "b\xff";

std::vector<Moment> attempt() {
  return Moments()
      .began(1, "SELECT 'first'")
      .ended(1, {"one", evil})
      .idle(600)
      .note("actor", "writer", "waits for a lock " + evil, 0, Weight::bad)
      .began(2, evil, 2)
      .ended(2, {std::string(100'000, 'x')}, 2)
      .take();
}

std::vector<std::string> cast_of(CastStyle style = {}) {
  std::ostringstream out;
  style.title = "sample, attempt 1";
  write_cast(Timeline(attempt(), 2 * second_us), style, out);
  std::istringstream in(out.str());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What is left of output without the colours that ride itself sends.
std::string without_colors(std::string text) {
  for (const auto* code : {"0", "1", "2", "7", "31", "32", "33", "35", "36"}) {
    const auto escape = "\x1b[" + std::string(code) + "m";
    for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape))
      text.erase(at, escape.size());
  }
  return text;
}

}  // namespace

TEST_CASE("a cast begins with the header of asciicast v3", "[replay][cast]") {
  const auto header = json::parse(cast_of({.columns = 80, .rows = 24}).at(0)).as_object();
  CHECK(header.at("version").as_int64() == 3);
  CHECK(header.at("term").at("cols").as_int64() == 80);
  CHECK(header.at("term").at("rows").as_int64() == 24);
  CHECK(header.at("timestamp").as_int64() == 1'780'000'000);
  CHECK(header.at("title").as_string() == "sample, attempt 1");
  CHECK_FALSE(header.contains("width"));  // that was version 2
}

TEST_CASE("every other line of a cast is an interval, a code and text", "[replay][cast]") {
  const auto lines = cast_of();
  double length = 0;
  std::string codes;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    INFO(lines[i].substr(0, 200));
    const auto event = json::parse(lines[i]).as_array();
    REQUIRE(event.size() == 3);
    CHECK(event[0].to_number<double>() >= 0);
    length += event[0].to_number<double>();
    codes += std::string(event[1].as_string());
    REQUIRE(event[2].is_string());
  }
  CHECK(codes == "oomooox");
  CHECK(std::abs(length - 5) < 1e-6);  // 606 seconds, 600 of which nothing happened
  CHECK(json::parse(lines.back()).as_array()[2].as_string() == "0");
  CHECK(lines[1].starts_with("[0.000000, \"o\", \""));
  CHECK(lines[2].starts_with("[1.000000, \"o\", \""));
}

TEST_CASE("a cast of one attempt has the same bytes each time", "[replay][cast]") {
  CHECK(cast_of() == cast_of());
  CHECK(cast_of({.speed = 2}) != cast_of());
}

TEST_CASE("the only escapes in a cast are colours, and its lines fit", "[replay][cast]") {
  const auto lines = cast_of({.columns = 40, .rows = 15});
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto event = json::parse(lines[i]).as_array();
    std::string text(without_colors(std::string(event[2].as_string())));
    for (const auto* part : {"\x1b", "\x07", "\x9b", "\xe2\x80\xae", "\xff"})
      CHECK(text.find(part) == std::string::npos);
    if (event[1].as_string() != "o") continue;
    CHECK(text.ends_with("\r\n"));
    std::istringstream rows(text);
    for (std::string row; std::getline(rows, row);) {
      REQUIRE(row.ends_with('\r'));
      row.pop_back();
      CHECK(row.find('\r') == std::string::npos);
      CHECK(scorer::display_width(row) <= 40);
    }
  }
}

TEST_CASE("a cast of an attempt without moments is a header and an end", "[replay][cast]") {
  std::ostringstream out;
  write_cast(Timeline({}, 0), {}, out);
  CHECK(out.str() ==
        "{\"version\":3,\"term\":{\"cols\":100,\"rows\":30,\"type\":\"xterm-256color\"}}\n"
        "[0.000000, \"x\", \"0\"]\n");
}
