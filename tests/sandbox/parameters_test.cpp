#include "sandbox/parameters.hpp"

#include <set>

#include "sandbox/scenario.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
using sandbox::draw;
using sandbox::Parameter;
using scorer::Values;

namespace {

const std::vector<Parameter> declared{
    {{"a", "b"}, {"red", "green", "blue"}}, {{"n", "m"}, {}, 5, 7}, {{"id"}, {}, 100, 999}};

}  // namespace

// The numbers come from the page's algorithm carried out by another program (sha256sum).
TEST_CASE("a seed gives the same values everywhere and for ever", "[sandbox][parameters]") {
  CHECK(draw(declared, 0) ==
        Values{{"a", "green"}, {"b", "blue"}, {"n", "7"}, {"m", "6"}, {"id", "100"}});
  CHECK(draw(declared, 1) ==
        Values{{"a", "red"}, {"b", "green"}, {"n", "6"}, {"m", "7"}, {"id", "195"}});
  CHECK(draw(declared, 7) ==
        Values{{"a", "blue"}, {"b", "green"}, {"n", "5"}, {"m", "7"}, {"id", "975"}});
  CHECK(draw(declared, 4294967295) ==
        Values{{"a", "blue"}, {"b", "red"}, {"n", "5"}, {"m", "6"}, {"id", "951"}});
}

TEST_CASE("another parameter changes nothing that the others draw", "[sandbox][parameters]") {
  auto more = declared;
  more.insert(more.begin(), {{"new"}, {"x", "y"}});
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    auto values = draw(more, seed);
    values.erase("new");
    CHECK(values == draw(declared, seed));
  }
}

TEST_CASE("names that are drawn together never share a value", "[sandbox][parameters]") {
  const std::vector<Parameter> all{{{"a", "b", "c", "d"}, {"w", "x", "y", "z"}},
                                   {{"n", "m", "k"}, {}, 0, 2}};
  std::set<std::string> first;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    const auto values = draw(all, seed);
    CHECK(std::set{values.at("a"), values.at("b"), values.at("c"), values.at("d")}.size() == 4);
    CHECK(std::set{values.at("n"), values.at("m"), values.at("k")} ==
          std::set<std::string>{"0", "1", "2"});
    first.insert(values.at("a"));
  }
  CHECK(first.size() == 4);
}

TEST_CASE("the next drawing is another one, where there is another", "[sandbox][parameters]") {
  const std::vector<Parameter> coin{{{"side"}, {"heads", "tails"}}};
  for (const auto& last : {Values{{"side", "heads"}}, Values{{"side", "tails"}}})
    for (int i = 0; i < 20; ++i) CHECK(draw(coin, sandbox::draw_seed(coin, last)) != last);
}

TEST_CASE("a few seeds show every value", "[sandbox][parameters]") {
  const std::vector<Parameter> all{{{"missed", "kept"}, {"a", "b", "c", "d"}},
                                   {{"order"}, {}, 100, 400}};
  const auto seeds = sandbox::covering_seeds(all, 6);
  CHECK(seeds.front() == 0);
  std::set<std::string> missed, kept;
  bool low = false, high = false;
  for (const auto seed : seeds) {
    const auto values = draw(all, seed);
    missed.insert(values.at("missed"));
    kept.insert(values.at("kept"));
    (std::stoi(values.at("order")) < 250 ? low : high) = true;
  }
  CHECK(missed.size() == 4);
  CHECK(kept.size() == 4);
  CHECK(low);
  CHECK(high);
  CHECK(sandbox::covering_seeds(all, 2).size() == 2);
  CHECK(sandbox::covering_seeds({}, 6) == std::vector<std::uint32_t>{0});
}

TEST_CASE("a script's unknown name is told with its line and the nearest one",
          "[sandbox][parameters]") {
  const Values values{{"order", "118"}};
  CHECK(sandbox::drawn_text("a.sql", "x\n{{order}}", values) == "x\n118");
  CHECK(test::error_of([&] { sandbox::drawn_text("a.sql", "x\n\n  {{ordr}}\n", values); }) ==
        "a.sql:3: there is no parameter \"ordr\"; did you mean \"order\"?");
}
