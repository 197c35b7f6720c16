// The player as people see it: the built program on a pseudo-terminal, keys in, screen out.
#include "replay/terminal.hpp"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <sstream>

#include "scorer/text.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"
#include "tests/support/child.hpp"
#include "tests/support/terminal_program.hpp"

using namespace ride;
using ride::journal::TemporaryFolder;
using ride::scorer::Recording;
using ride::scorer::sample_rules;
using ride::test::TerminalProgram;
using ride::test::VirtualScreen;

namespace {

struct Size {
  std::size_t rows, columns;
};
constexpr Size sizes[] = {{24, 80}, {50, 200}, {15, 40}};

constexpr auto up = "\x1bOA", page_up = "\x1b[5~", end = "\x1bOF", home = "\x1bOH";

// The stored attempt at release-fallout, as a copy.
std::filesystem::path real_attempt(const TemporaryFolder& folder) {
  std::filesystem::copy_file(RIDE_JOURNALS "/1-release-fallout.ride", folder / "real.ride");
  return folder / "real.ride";
}

TerminalProgram player(const std::filesystem::path& file, Size size,
                       const std::string& terminal = "xterm-256color") {
  return TerminalProgram({RIDE_PROGRAM, "replay", "--paused", file.string()}, size.rows,
                         size.columns, terminal);
}

// Nothing but drawing was sent, and the terminal was given back.
void check_harmless(TerminalProgram& program) {
  program.type("q");
  CHECK(program.wait() == 0);
  CHECK(program.screen().unknown() == std::vector<std::string>{});
  CHECK_FALSE(program.screen().alternate());
}

}  // namespace

TEST_CASE("the test's terminal knows what it shows", "[replay][terminal]") {
  VirtualScreen screen(3, 10);
  screen.feed(
      "abc\x1b[2;3Hd\xe6\x97\xa5"
      "e\x1b[1;1H\x1b[1@x\x1b[3;9Hlast");
  CHECK(screen.rows() == std::vector<std::string>{"  d\xe6\x97\xa5"
                                                  "e",
                                                  "        la", "st"});
  CHECK(screen.unknown().empty());
  screen.feed("\x1b]52;c;AAAA\x07\x9b\x1b[21t\x1b[2J");
  CHECK(screen.unknown() ==
        std::vector<std::string>{"string ]52;c;AAAA", "byte outside UTF-8", "CSI 21t"});
  CHECK(screen.text() == "\n\n\n");
}

TEST_CASE("a real attempt is played on screens of every size", "[replay][terminal]") {
  const TemporaryFolder folder;
  const auto file = real_attempt(folder);
  for (const auto size : sizes) {
    auto program = player(file, size);
    INFO(size.rows << " rows of " << size.columns);
    REQUIRE(program.until(" paused  1x "));
    program.type("..");
    program.type(end);  // on a small screen it begins with the statement
    REQUIRE(program.until("(1 row)"));
    CHECK(program.until("{2566}"));
    CHECK(program.until(" #2/21 "));
    program.type("/pg_terminate_backend\r");
    REQUIRE(program.until(" #17/21 "));
    program.type("]");
    REQUIRE(program.until("app_writer goes on"));
    program.type("]");
    REQUIRE(program.until("57P01"));
    program.type("[");
    REQUIRE(program.until_gone("57P01"));
    program.type("g1\r");
    program.type(end);
    REQUIRE(program.until("evidence first seen"));
    program.type(page_up);
    program.type(home);
    REQUIRE(program.until("attempt 2 begins"));
    program.type(end);
    program.type("?");
    REQUIRE(program.until("q  quit"));
    program.type(up);
    REQUIRE(program.until_gone("q  quit"));
    CHECK(program.screen().rows().size() == size.rows);
    check_harmless(program);
  }
}

TEST_CASE("a terminal that changes its size is drawn anew", "[replay][terminal]") {
  const TemporaryFolder folder;
  auto program = player(real_attempt(folder), {24, 80});
  program.type("g3\r");
  REQUIRE(program.until("(7 rows)"));
  program.resize(15, 40);
  REQUIRE(program.until("(7 rows)"));
  REQUIRE(program.until(" #3/21 "));
  program.resize(50, 200);
  REQUIRE(program.until("app_db=> SELECT column_name, data_type, is_nullable, column_default"));
  REQUIRE(program.until("of 0:00.917"));
  check_harmless(program);
}

TEST_CASE("a hostile recording is shown safely on screens of every size", "[replay][terminal]") {
  const TemporaryFolder folder;
  const std::string evil =
      "\x1b[2J\x1b]0;title\x07\x1b]52;c;AAAA\x1b\\\x9b"
      "31m\xc2\x9b"
      "5n\x90q\r\b\x7f\xff\xfe"
      "\xe2\x80\xae"
      "txt.exe\xe2\x81\xa6\xf3\xa0\x80\x81";
  const std::string wide = "\xe6\x97\xa5\xe6\x9c\xac e\xcc\x81\xcc\x88 \xf0\x9f\x98\x80 end";
  {
    Recording recording(folder / "a.ride", sample_rules());
    recording.select("SELECT '" + evil + "'", {evil, wide});
    recording.select("SELECT /* huge */ '" + std::string(1'000'000, 'h') + "'",
                     {std::string(1'500'000, 'v'), "small"});
    recording.fail(recording.ask("BOOM"), 0, "42601", evil);
    recording.actor(evil, "ended", "57P01");
    recording.actor("writer", "waiting");
    recording.close();
  }
  for (const auto size : sizes)
    for (const auto* terminal : {"xterm-256color", "linux"}) {
      auto program = player(folder / "a.ride", size, terminal);
      INFO(size.rows << " rows of " << size.columns << ", " << terminal);
      REQUIRE(program.until(" paused "));
      program.type(".");
      REQUIRE(program.until("(2 rows)"));
      CHECK(program.until("^[[2J"));
      CHECK(program.until(wide));
      program.type(".");
      REQUIRE(program.until(" #2/3 "));
      program.type("x");
      REQUIRE(program.until("bytes)"));
      program.type("x");
      program.type(end);
      program.type(".");
      REQUIRE(program.until("writer waits for a lock"));
      program.type(page_up);
      program.type("/\x1bq");  // a search that is given up, and then the end
      program.type("q");
      CHECK(program.wait() == 0);
      CHECK(program.screen().unknown() == std::vector<std::string>{});
      for (const auto* part : {"\x1b]0;", "\x1b]52", "\xc2\x9b", "\xe2\x80\xae", "\x07"})
        CHECK(program.sent().find(part) == std::string::npos);
    }
}

TEST_CASE("a comment written in the player is kept, and told by everything", "[replay][terminal]") {
  const TemporaryFolder folder;
  const auto file = real_attempt(folder);
  auto program = player(file, {24, 80});
  program.type("g2\rcwhy \xe6\x97\xa5?\r");
  REQUIRE(program.until("why \xe6\x97\xa5?"));
  REQUIRE(program.until("comment on #2 by "));
  check_harmless(program);
  const auto kept = test::run({RIDE_PROGRAM, "replay", file.string(), "--comment", "1", "first"});
  CHECK(kept.status == 0);
  const auto lines = journal::load(file.string() + ".comments.ndjson");
  CHECK(lines.starts_with("{\"attempt\":2,\"n\":2,\"author\":\""));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  const auto told = test::run({RIDE_PROGRAM, "replay", file.string()}).output;
  CHECK(told.find("comment on #1 by ") < told.find("comment on #2 by "));
  const auto missing = test::run({RIDE_PROGRAM, "replay", file.string(), "--comment", "99", "x"});
  CHECK(missing.status == 1);
  CHECK(missing.output.find("attempt 2 has no statement 99; its last one is 21") !=
        std::string::npos);
}

TEST_CASE("of a damaged file the player plays what is intact, and names the damage when it ends",
          "[replay][terminal]") {
  const TemporaryFolder folder;
  const auto file = real_attempt(folder);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 4);  // in the attempt
  auto program = player(file, {24, 80});
  REQUIRE(program.until(" paused "));
  program.type("/damaged: nothing can\r");
  REQUIRE(program.until("be read from event"));
  program.type("q");
  CHECK(program.wait() == 1);
  CHECK(program.screen().shows("is damaged: "));
  const auto printed = test::run({RIDE_PROGRAM, "replay", file.string()});
  CHECK(printed.status == 1);
  CHECK(printed.output.find("the file is damaged") != std::string::npos);
  CHECK(printed.output.ends_with("what is intact was shown\n"));
  std::filesystem::resize_file(file, 100);
  const auto refused = test::run({RIDE_PROGRAM, "replay", file.string()});
  CHECK(refused.status == 1);
  CHECK(std::count(refused.output.begin(), refused.output.end(), '\n') == 1);
}

TEST_CASE("time goes by in the player, and it stops at the end", "[replay][terminal]") {
  const TemporaryFolder folder;
  TerminalProgram program({RIDE_PROGRAM, "replay", real_attempt(folder).string()}, 24, 80);
  REQUIRE(program.until(" end "));
  CHECK(program.until("#21/21"));
  check_harmless(program);
}

TEST_CASE("a player whose terminal goes away ends", "[replay][terminal]") {
  const TemporaryFolder folder;
  auto program = player(real_attempt(folder), {24, 80});
  REQUIRE(program.until(" paused "));
  program.hang_up();
  CHECK(program.wait() != 127);
}

TEST_CASE("without a terminal, and with --txt, replay prints", "[replay][terminal]") {
  const TemporaryFolder folder;
  const auto file = real_attempt(folder);
  const auto piped = test::run({RIDE_PROGRAM, "replay", file.string()});
  CHECK(piped.status == 0);
  CHECK(piped.output.find("evidence first seen") != std::string::npos);
  CHECK(piped.output.find('\x1b') == std::string::npos);
  TerminalProgram program({RIDE_PROGRAM, "replay", "--txt", file.string()}, 24, 80);
  CHECK(program.wait() == 0);
  CHECK(program.sent().find("the attempt ends") != std::string::npos);
  TerminalProgram dumb({RIDE_PROGRAM, "replay", file.string()}, 24, 80, "dumb");
  CHECK(dumb.wait() == 0);
  CHECK(dumb.sent().find("the attempt ends") != std::string::npos);
  CHECK(dumb.sent().find('\x1b') == std::string::npos);
}

TEST_CASE("the commands of docs/replay.md work in the order in which they stand",
          "[replay][terminal]") {
  const TemporaryFolder folder;
  const auto file = real_attempt(folder).string();
  std::istringstream document(journal::load(RIDE_DOCUMENT));
  int ran = 0;
  for (std::string line; std::getline(document, line);) {
    if (!line.starts_with("$ ride ")) continue;
    std::vector<std::string> words{RIDE_PROGRAM};
    std::istringstream in(line.substr(7));
    for (std::string word; in >> std::quoted(word);)
      words.push_back(word == "FILE" ? file : word == "OUT" ? (folder / "out").string() : word);
    const auto done = test::run(words);
    INFO(line << "\n" << done.output);
    CHECK(done.status == 0);
    CHECK_FALSE(done.output.empty());
    ++ran;
  }
  CHECK(ran >= 3);
}
