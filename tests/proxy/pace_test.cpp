#include "proxy/pace.hpp"

#include "tests/catch.hpp"

using ride::proxy::Pace;
using namespace std::chrono_literals;

TEST_CASE("a pace lets a second's worth through at once, and then one at a time", "[proxy]") {
  Pace pace(4);
  Pace::Time now{1h};
  for (int i = 0; i < 4; ++i) {
    REQUIRE(pace.wait(now) == Pace::Duration::zero());
    pace.take();
  }
  const auto wait = pace.wait(now);
  CHECK(wait > 249ms);
  CHECK(wait < 251ms);
  CHECK(pace.wait(now + 200ms) > Pace::Duration::zero());
  CHECK(pace.wait(now + wait) == Pace::Duration::zero());
  pace.take();
  CHECK(pace.wait(now + wait) > Pace::Duration::zero());
  // However long nobody came, not more than a second's worth.
  now += 1h;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(pace.wait(now) == Pace::Duration::zero());
    pace.take();
  }
  CHECK(pace.wait(now) > Pace::Duration::zero());
}

TEST_CASE("no pace lets everybody through", "[proxy]") {
  Pace pace(0);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(pace.wait(Pace::Time{1h}) == Pace::Duration::zero());
    pace.take();
  }
}
