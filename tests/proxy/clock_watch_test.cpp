#include "proxy/clock_watch.hpp"

#include <atomic>

#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"

using namespace ride::test;
using ride::proxy::ClockWatch;

namespace {

std::atomic<std::int64_t> set_by_us = 0;

std::int64_t wall_that_is_set() { return ride::wall_time_us() + set_by_us; }

}  // namespace

TEST_CASE("a clock that is set is told once, by how much, and unevenness is not", "[proxy]") {
  ClockWatch watch;
  CHECK_FALSE(watch.look(0));
  CHECK_FALSE(watch.look(-3'000));
  CHECK(watch.look(5'000'000) == 5'000'000);
  CHECK_FALSE(watch.look(5'001'000));
  CHECK(watch.look(0) == -5'000'000);
}

TEST_CASE("when the machine's clock is set the record says so, and its own times go on",
          "[postgres][proxy]") {
  ride::proxy::Options options;
  options.limits.clock_look_every = std::chrono::milliseconds(5);
  Recording recording(options, ride::Clock(wall_that_is_set));
  CHECK(recording.psql("SELECT 1;\n").output == "1\n");
  REQUIRE(recording.has("connection_closed"));  // by another thread than the one that looks
  set_by_us = -3'600'000'000;
  REQUIRE(recording.has("clock_stepped"));
  CHECK(recording.psql("SELECT 2;\n").output == "2\n");
  const auto stepped = recording.events("clock_stepped");
  REQUIRE(stepped.size() == 1);
  const auto zigzag = number(stepped[0], "number");  // 2n - 1 for -n
  CHECK(zigzag % 2 == 1);
  CHECK(std::abs((zigzag + 1) / 2 - 3'600'000'000) < 20'000);
  std::int64_t last = 0;
  for (const auto& event : recording.events()) {
    CHECK(number(event, "at_us") >= last);
    last = number(event, "at_us");
  }
}
