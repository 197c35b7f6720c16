#include "audit/search.hpp"

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::contains;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

namespace {

class Library {
 public:
  Library() {
    Recording recording(folder_ / "a.ride", sample_rules());
    recording.select("SELECT * FROM orders WHERE release_id = 'tulip'", {"red", "yellow"});
    const auto begin = recording.ask("BEGIN");
    recording.answer(begin, 0, "BEGIN");
    recording.ready(begin, "T");
    const auto bad = recording.ask("UPDATE shop.customers SET name = lower(name)");
    recording.fail(bad, 0, "40P01", "deadlock detected");
    recording.ready(bad, "E");
    const auto end = recording.ask("ROLLBACK");
    recording.answer(end, 0, "ROLLBACK");
    recording.ready(end);
    recording.end_attempt("reset");
    recording.begin_attempt(2);
    recording.select("SELECT pg_terminate_backend(42)", {"t"});
    recording.close();
  }

  // "attempt/n" of each hit.
  std::vector<std::string> filtered(const SearchOptions& options) {
    std::vector<std::string> out;
    const auto count = search(
        folder_ / "a.ride", options, folder_ / "cache", [](const auto&) {},
        [&](const Hit& hit) {
          out.push_back(std::to_string(hit.attempt) + "/" + std::to_string(hit.n));
          last = hit;
        });
    CHECK(count == out.size());
    return out;
  }
  std::vector<std::string> find(const std::string& query) { return filtered({.query = query}); }

  Hit last;

 private:
  TemporaryFolder folder_;
};

using Found = std::vector<std::string>;

SearchOptions with(std::string SearchOptions::*filter, const char* value) {
  SearchOptions out;
  out.*filter = value;
  return out;
}

}  // namespace

TEST_CASE("words are found in text, result and error, whatever their case", "[audit]") {
  Library library;
  CHECK(library.find("TULIP") == Found{"1/1"});
  CHECK(library.last.field == "text");
  CHECK(library.find("yellow") == Found{"1/1"});
  CHECK(library.last.field == "result");
  CHECK(library.find("deadlock") == Found{"1/3"});
  CHECK(library.last.field == "error");
  CHECK(library.find("elephant").empty());
}

TEST_CASE("all words must be there, quoted ones together, and a star stands for the rest",
          "[audit]") {
  Library library;
  CHECK(library.find("orders tulip") == Found{"1/1"});
  CHECK(library.find("orders deadlock").empty());
  CHECK(library.find("\"FROM orders\"") == Found{"1/1"});
  CHECK(library.find("\"orders FROM\"").empty());
  CHECK(library.find("pg_term*") == Found{"2/1"});
  CHECK(library.find("release").empty());
  CHECK(library.find("release_id") == Found{"1/1"});
}

TEST_CASE("what SQLite would take for an operator is a word", "[audit]") {
  Library library;
  for (const auto* query : {"orders AND tulip", "NEAR(orders", "text:orders", "orders OR", "a\"b",
                            "orders - (x)", "^orders", "'; DROP TABLE words; --"})
    CHECK_NOTHROW(library.find(query));
  CHECK_FALSE(is_searchable("-- ;"));
  CHECK(is_searchable(""));
}

TEST_CASE("filters choose by what is known of a statement", "[audit]") {
  Library library;
  using Options = SearchOptions;
  CHECK(library.filtered(with(&Options::outcome, "rolled back")) == Found{"1/2", "1/4"});
  CHECK(library.filtered(with(&Options::sqlstate, "40P01")) == Found{"1/3"});
  CHECK(library.filtered(with(&Options::relation, "orders")) == Found{"1/1"});
  CHECK(library.filtered(with(&Options::relation, "public.orders")) == Found{"1/1"});
  CHECK(library.filtered(with(&Options::relation, "other.orders")).empty());
  CHECK(library.filtered(with(&Options::relation, "shop.customers")) == Found{"1/3"});
  CHECK(library.filtered(with(&Options::function, "pg_terminate_backend")) == Found{"2/1"});
  CHECK(library.filtered(with(&Options::learner, "ana")).size() == 5);
  CHECK(library.filtered(with(&Options::learner, "bob")).empty());
  CHECK(library.filtered(with(&Options::scenario, "test/sample")).size() == 5);
  CHECK(library.filtered(with(&Options::scenario, "test/other")).empty());
  CHECK(library.filtered(with(&Options::database, "app")).size() == 5);
  CHECK(library.filtered(with(&Options::role, "nobody")).empty());
  CHECK(library.filtered(with(&Options::application, "psql")).size() == 5);
  CHECK(library.filtered({.query = "SELECT", .attempt = 2}) == Found{"2/1"});
  const auto moment = library.last.at_us;
  CHECK(library.filtered({.query = "", .since_us = moment}) == Found{"2/1"});
  CHECK(library.filtered({.query = "", .until_us = moment}).size() == 4);
}

TEST_CASE("a hit shows where it is, with the match marked, and nothing that a terminal obeys",
          "[audit]") {
  Library library;
  library.find("tulip");
  const auto plain = hit_text(library.last, false);
  CHECK(contains(plain, "a.ride  #1  connection 1  "));
  CHECK(contains(plain, "release_id = '»tulip«'"));
  CHECK(contains(hit_text(library.last, true), "'\x1b[1;31mtulip\x1b[0m'"));
  const auto object = boost::json::parse(hit_json(library.last));
  CHECK(object.at("n") == 1);
  CHECK(object.at("context").at(1) == "tulip");
  library.last.context = "\x1b[2J\x01t\x02";
  CHECK_FALSE(contains(hit_text(library.last, false), "\x1b"));
}
