#include "replay/source.hpp"

#include <random>

#include "audit/redact.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::replay;
using ride::journal::contains;
using ride::journal::error_of;
using ride::journal::load;
using ride::journal::save;
using ride::journal::TemporaryFolder;
using ride::scorer::Recording;
using ride::scorer::sample_rules;

namespace {

constexpr std::size_t page_bytes = 8'192;
constexpr int statements = 300;

// A submitted attempt whose statement n is "SELECT n".
std::string recorded() {
  static const std::string bytes = [] {
    const TemporaryFolder folder;
    Recording recording(folder / "a.ride", sample_rules());
    for (int n = 1; n <= statements; ++n)
      recording.select("SELECT " + std::to_string(n), {std::string(150, 'v'), std::to_string(n)});
    recording.submit();
    recording.end_attempt("submitted");
    recording.close();
    return load(folder / "a.ride");
  }();
  return bytes;
}

struct Told {
  std::vector<std::string> damages;
  int statements = 0, gaps = 0;
  bool numbers_hold = true;
};

Told tell(const std::string& bytes) {
  const TemporaryFolder folder;
  save(folder / "a.ride", bytes);
  const Source source(folder / "a.ride", {});
  Told out{source.damages(), 0, 0, true};
  source.tell([&](const Moment& moment) {
    if (const auto* note = std::get_if<Note>(&moment.what))
      if (note->kind == "gap" && contains(note->text, "the file is damaged")) ++out.gaps;
    if (const auto* began = std::get_if<StatementBegan>(&moment.what)) {
      ++out.statements;
      if (began->n != 0 && began->text != "SELECT " + std::to_string(began->n))
        out.numbers_hold = false;
    }
  });
  return out;
}

}  // namespace

TEST_CASE("a whole file is told whole", "[replay][source]") {
  const auto told = tell(recorded());
  CHECK(told.damages.empty());
  CHECK(told.statements == statements);
  CHECK(told.numbers_hold);
}

TEST_CASE("of a damaged file everything intact is told, with its gaps and true numbers",
          "[replay][source]") {
  std::mt19937 random(7);
  int played = 0, whole = 0;
  for (std::size_t page = 1; page < recorded().size() / page_bytes; ++page) {
    auto bytes = recorded();
    for (std::size_t i = 0; i < page_bytes; ++i)
      bytes[page * page_bytes + i] = static_cast<char>(random());
    INFO("page " << page + 1);
    Told told;
    const auto why = error_of([&] { told = tell(bytes); });
    if (!why.empty()) {
      CHECK(contains(why, "a.ride: "));
      CHECK_FALSE(contains(why, "\n"));
      continue;
    }
    if (told.damages.empty()) {
      CHECK(told.statements == statements);
      ++whole;
      continue;
    }
    ++played;
    CHECK(told.statements > 0);
    // Either the numbers are those of the record, or it is said that they may not be.
    if (!told.numbers_hold) CHECK(contains(told.damages.back(), "numbered anew"));
    if (told.statements < statements) CHECK(told.gaps > 0);
  }
  CHECK(played > 5);
}

TEST_CASE("of a file that was cut off the beginning is told", "[replay][source]") {
  const auto pages = recorded().size() / page_bytes;
  for (const auto kept : {pages / 2, pages - 2}) {
    const auto told = tell(recorded().substr(0, kept * page_bytes));
    INFO(kept << " of " << pages << " pages");
    CHECK(told.statements > 0);
    CHECK_FALSE(told.damages.empty());
  }
}

TEST_CASE("a file that is none of ride's, and an attempt that is not there, give one line",
          "[replay][source]") {
  const TemporaryFolder folder;
  save(folder / "a.ride", "not a database at all, but long enough to be looked at");
  const auto open = [&](std::optional<std::uint32_t> attempt) {
    return error_of([&] { const Source source(folder / "a.ride", attempt); });
  };
  CHECK(contains(open({}), "a.ride: is not a ride attempt file"));
  save(folder / "a.ride", "");
  CHECK(contains(open({}), "a.ride: is not a ride attempt file"));
  save(folder / "a.ride", recorded());
  CHECK(contains(open(7), "has no attempt 7"));
}

TEST_CASE("a redacted copy says at its beginning what was taken out", "[replay][source]") {
  const TemporaryFolder folder;
  journal::WriterOptions options;
  options.key = journal::SigningKey::generate();
  {
    Recording recording(folder / "a.ride", sample_rules(), options);
    recording.select("SELECT 1", {"a", "b"});
    recording.end_attempt("stopped");
    recording.close();
  }
  audit::redact(folder / "a.ride", folder / "b.ride",
                {audit::read_policy({"results"}), *options.key, "0.1.0", 99});
  std::vector<std::string> told;
  const auto note_texts = [&](const Moment& moment) {
    const auto* note = std::get_if<Note>(&moment.what);
    told.push_back(note != nullptr ? note->text : "");
  };
  Source(folder / "b.ride", {}).tell(note_texts);
  REQUIRE(told.size() > 2);
  CHECK(told[1].starts_with("this file is a redacted copy, by results: "));
  CHECK(contains(told[1], "rows 2"));
  told.clear();
  Source(folder / "a.ride", {}).tell(note_texts);
  CHECK_FALSE(contains(told[1], "redacted"));
}
