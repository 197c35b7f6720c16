#include "journal/facts/choices.hpp"

#include "tests/catch.hpp"

namespace ride::journal::facts::test {

TEST_CASE("a death with one candidate is settled and uses up its capacity", "[facts][choices]") {
  std::vector<Death> deaths{{10, {0, 1}}, {11, {0}}};
  Capacity capacity{1, std::nullopt};
  const auto links = settle_certain(deaths, capacity);
  CHECK(links == std::vector<Link>{{11, 0}, {10, 1}});
  CHECK(deaths.empty());
}

TEST_CASE("deaths without a common candidate are choices of their own", "[facts][choices]") {
  const std::vector<Death> deaths{{10, {0, 1}}, {11, {2, 3}}};
  const Capacity capacity(4);
  CHECK(make_choices(deaths, capacity, 65).size() == 2);
}

TEST_CASE("alternatives keep within the capacities", "[facts][choices]") {
  const std::vector<Death> deaths{{10, {0, 1}}, {11, {0, 1}}};
  const auto choices = make_choices(deaths, {1, 1}, 65);
  REQUIRE(choices.size() == 1);
  REQUIRE(choices[0].size() == 2);
  CHECK(choices[0][0] == Alternative{{10, 0}, {11, 1}});
  CHECK(choices[0][1] == Alternative{{10, 1}, {11, 0}});
}

TEST_CASE("no more alternatives are made than asked for", "[facts][choices]") {
  std::vector<Death> deaths;
  for (std::size_t i = 0; i < 20; ++i) deaths.push_back({i, {0, 1, 2}});
  CHECK(make_choices(deaths, Capacity(3), 65)[0].size() == 65);
}

TEST_CASE("where capacities do not suffice every way stays open", "[facts][choices]") {
  const std::vector<Death> deaths{{10, {0, 1}}, {11, {0, 1}}, {12, {0, 1}}};
  CHECK(make_choices(deaths, {1, 1}, 65)[0].size() == 8);
}

}  // namespace ride::journal::facts::test
