#include "replay/player.hpp"

#include <stdexcept>

#include "tests/catch.hpp"
#include "tests/replay/moments.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

constexpr std::int64_t second_us = 1'000'000;

std::vector<Moment> two_statements() {
  return Moments()
      .note("connection", "1", "opened: oncall@app_db (psql)", 1)
      .began(1, "SELECT 'first'")
      .ended(1, {"one"})
      .note("actor", "writer", "waits for a lock", 0, Weight::bad)
      .began(2, "SELECT 'second'")
      .ended(2, {"two"})
      .note("actor", "writer", "goes on", 0, Weight::good)
      .take();
}

class Watched {
 public:
  explicit Watched(std::vector<Moment> moments, PlayerOptions options = {.paused = true},
                   ScreenSize size = {24, 80})
      : player(Timeline(std::move(moments), 0), std::move(options)), size_(size) {
    player.resize(size);
  }

  Watched& type(const std::string& keys) {
    for (const char c : keys) player.press({Key::character, std::string(1, c)});
    return *this;
  }
  Watched& press(Key key) {
    player.press({key, ""});
    return *this;
  }
  std::string text() {
    const auto screen = player.screen();
    CHECK(screen.rows.size() == size_.rows);
    std::string out;
    for (const auto& row : screen.rows) {
      CHECK(width_of(row) <= size_.columns);
      out += plain_text(row) + '\n';
    }
    return out;
  }
  bool shows(const std::string& part) { return text().find(part) != std::string::npos; }
  std::string status() { return plain_text(player.screen().rows.back()); }
  void resize(ScreenSize size) { player.resize(size_ = size); }

  Player player;

 private:
  ScreenSize size_;
};

}  // namespace

TEST_CASE("a full stop shows one statement more, with all that came of it; a comma one less",
          "[replay][player]") {
  Watched watched(two_statements());
  CHECK_FALSE(watched.shows("first"));
  watched.type(".");
  CHECK(watched.shows("app_db=> SELECT 'first'"));
  CHECK(watched.shows("writer waits"));
  CHECK_FALSE(watched.shows("second"));
  watched.type(".");
  CHECK(watched.shows("writer goes on"));
  watched.type(",");
  CHECK(watched.shows("writer waits"));
  CHECK_FALSE(watched.shows("second"));
  watched.type("...");
  CHECK(watched.status().find("that was the last statement") != std::string::npos);
}

TEST_CASE("time shows the moments that are due, faster or slower", "[replay][player]") {
  Watched watched(two_statements(), {});
  REQUIRE(watched.player.playing());
  CHECK(watched.player.shown() == 1);
  CHECK(watched.player.due_in_us() == second_us + 1);
  watched.player.pass(second_us);
  CHECK(watched.player.shown() == 2);
  watched.type(">");
  CHECK(watched.player.speed() == 2);
  watched.player.pass(second_us);
  CHECK(watched.player.shown() == 4);
  watched.type(" ");
  watched.player.pass(second_us);
  CHECK(watched.player.shown() == 4);
  CHECK_FALSE(watched.player.due_in_us());
  watched.type("<< ");
  watched.player.pass(second_us);
  CHECK(watched.player.shown() == 4);
  watched.player.pass(second_us);
  CHECK(watched.player.shown() == 5);
  watched.player.pass(100 * second_us);
  CHECK_FALSE(watched.player.playing());
  CHECK(watched.status().find("end") != std::string::npos);
  watched.type(" ");
  CHECK(watched.player.shown() == 1);
}

TEST_CASE("brackets go from marker to marker", "[replay][player]") {
  Watched watched(two_statements());
  watched.type("]");
  CHECK(watched.player.shown() == 4);
  watched.type("]");
  CHECK(watched.player.shown() == 7);
  watched.type("]");
  CHECK(watched.status().find("no marker follows") != std::string::npos);
  watched.type("[");
  CHECK(watched.player.shown() == 4);
  watched.type("[");
  CHECK(watched.status().find("no marker before") != std::string::npos);
}

TEST_CASE("a search goes to the moment that has the words, paints them, and goes on",
          "[replay][player]") {
  Watched watched(two_statements());
  watched.type("/SECOND").press(Key::enter);
  CHECK(watched.player.shown() == 5);
  bool painted = false;
  for (const auto& row : watched.player.screen().rows)
    for (const auto& span : row) painted |= span == Span{Paint::found, "second"};
  CHECK(painted);
  watched.type("n");
  CHECK(watched.status().find("not found") != std::string::npos);
  watched.type("/o").press(Key::backspace).type("writer").press(Key::enter);
  CHECK(watched.player.shown() == 7);
  watched.type("N");
  CHECK(watched.player.shown() == 4);
  watched.type("/first").press(Key::escape);
  CHECK(watched.player.shown() == 4);
}

TEST_CASE("what was searched for deep inside a long result is in sight", "[replay][player]") {
  std::vector<std::string> values;
  for (int i = 0; i < 500; ++i) values.push_back("value " + std::to_string(i) + ";");
  Watched watched(Moments().began(1, "SELECT").ended(1, values).take());
  watched.type("/value 250;").press(Key::enter);
  CHECK(watched.shows("value 250;"));
  watched.type("g1").press(Key::enter);
  CHECK(watched.shows("app_db=> SELECT"));
  CHECK_FALSE(watched.shows("value 250;"));
}

TEST_CASE("g goes to a number, or says that there is none", "[replay][player]") {
  Watched watched(two_statements());
  watched.type("g2").press(Key::enter);
  CHECK(watched.shows("SELECT 'second'"));
  watched.type("g9").press(Key::enter);
  CHECK(watched.status().find("there is no statement 9; the last is 2") != std::string::npos);
}

TEST_CASE("the page scrolls by lines and screens, and End follows again", "[replay][player]") {
  std::vector<std::string> values;
  for (int i = 0; i < 200; ++i) values.push_back("value " + std::to_string(i) + ";");
  Watched watched(Moments().began(1, "SELECT").ended(1, values).take());
  watched.type(".").press(Key::end);
  CHECK(watched.shows("value 199;"));
  watched.press(Key::up);
  CHECK_FALSE(watched.shows("(200 rows"));
  watched.press(Key::page_up);
  CHECK_FALSE(watched.shows("value 198;"));
  watched.press(Key::home);
  CHECK(watched.shows("app_db=> SELECT"));
  watched.press(Key::page_up).press(Key::up);
  CHECK(watched.shows("app_db=> SELECT"));
  watched.press(Key::page_down).press(Key::page_down);
  CHECK_FALSE(watched.shows("app_db=> SELECT"));
  watched.press(Key::end);
  CHECK(watched.shows("(200 rows"));
}

TEST_CASE("clients' own queries are one line, until t unfolds them", "[replay][player]") {
  Watched watched(Moments()
                      .began(1, "SELECT pg_catalog.a", 1, true)
                      .ended(1, {"x"}, 1, true)
                      .began(2, "SELECT pg_catalog.b", 1, true)
                      .ended(2, {"y"}, 1, true)
                      .began(3, "SELECT 1")
                      .take());
  watched.type("G").type(".");
  CHECK(watched.shows("#1 to #2"));
  CHECK_FALSE(watched.shows("pg_catalog.a"));
  watched.type("t");
  CHECK(watched.shows("pg_catalog.a"));
  watched.type("t");
  CHECK_FALSE(watched.shows("pg_catalog.a"));
  watched.type("g1").press(Key::enter);
  CHECK(watched.shows("#1 to #2"));
  CHECK_FALSE(watched.shows("SELECT 1"));
}

TEST_CASE("several connections are lanes, one alone is none", "[replay][player]") {
  Watched watched(Moments().began(1, "BEGIN", 1).began(2, "SELECT 1", 2).ended(2, {}, 2).take());
  watched.type("..");
  CHECK(watched.shows("┃· app_db=> BEGIN") != watched.shows("┃  app_db=> BEGIN"));
  CHECK(watched.shows("│┃ app_db=> SELECT 1"));
  Watched alone(two_statements());
  alone.type("..");
  CHECK_FALSE(alone.shows("┃"));
}

TEST_CASE("a comment is kept, and stands behind its statement", "[replay][player]") {
  std::vector<std::string> kept;
  Watched watched(two_statements(),
                  {.paused = true, .comment = [&](std::int64_t n, const std::string& text) {
                     if (text == "full") throw std::runtime_error("disk full");
                     kept.push_back(std::to_string(n) + " " + text);
                     return Note{"comment", "ana", text, Weight::plain, n};
                   }});
  watched.type("c");
  CHECK(watched.status().find("no statement to comment on yet") != std::string::npos);
  watched.type(".cwhy so early?");
  CHECK(watched.player.screen().cursor);
  CHECK(watched.status().find("on #1: why so early?") == 0);
  watched.press(Key::enter);
  CHECK(kept == std::vector<std::string>{"1 why so early?"});
  CHECK(watched.shows("comment on #1 by ana: why so early?"));
  watched.type("C");
  CHECK_FALSE(watched.shows("why so early?"));
  watched.type("C").type("cfull").press(Key::enter);
  CHECK(watched.status().find("disk full") != std::string::npos);
  Watched without(two_statements());
  without.type(".c");
  CHECK(without.status().find("cannot be kept") != std::string::npos);
}

TEST_CASE("help names every key, on the smallest screen too", "[replay][player]") {
  for (const auto size : {ScreenSize{24, 80}, ScreenSize{15, 40}}) {
    Watched watched(two_statements(), {.paused = true}, size);
    watched.type("?");
    for (const auto* key :
         {"space", ". ,", "] [", "> <", "/ n N", "g ", "PgUp", "c ", "C ", "t ", "x ", "? ", "q "})
      CHECK(watched.shows(key));
    watched.type("q");  // any key
    CHECK_FALSE(watched.player.ended());
    watched.type("q");
    CHECK(watched.player.ended());
  }
}

TEST_CASE("every size has a screen, and none is wider than it", "[replay][player]") {
  std::vector<std::string> values;
  for (int i = 0; i < 60; ++i)
    values.push_back(std::string(static_cast<std::size_t>(i * 7), 'v') + "日本語\t\x1b[31m");
  Watched watched(Moments()
                      .began(1, "SELECT 'x' || repeat('y', 100) FROM t", 1)
                      .ended(1, values)
                      .began(2, "SELECT 2", 2)
                      .take());
  watched.type("..");
  for (const std::size_t rows : {1U, 2U, 5U, 6U, 15U, 24U, 50U})
    for (const std::size_t columns : {1U, 5U, 19U, 40U, 80U, 200U}) {
      watched.resize({rows, columns});
      watched.text();
      watched.type("x").text();
      watched.press(Key::page_up).text();
      watched.type("x?").text();
      watched.type("x").press(Key::end);
    }
}

TEST_CASE("an attempt without moments can be watched", "[replay][player]") {
  Watched watched({}, {});
  watched.type(".,][nNt Gx").press(Key::home).press(Key::page_down).press(Key::left);
  watched.player.pass(second_us);
  watched.type("g1").press(Key::enter).type("/a").press(Key::enter);
  watched.text();
  CHECK(watched.player.shown() == 0);
}

TEST_CASE("nothing recorded can put an escape on the screen", "[replay][player]") {
  const std::string evil =
      "a\x1b]52;c;AAAA\x07\x9b\xc2\x9b\xe2\x80\xae"
      "b\xff";
  Watched watched(Moments().began(1, evil).ended(1, {evil}).note("actor", evil, evil).take());
  watched.type(".").type("x");
  for (const auto& part : {"\x1b", "\x07", "\x9b", "\xe2\x80\xae", "\xff"})
    CHECK_FALSE(watched.shows(part));
  CHECK(watched.shows("^[]52"));
}
