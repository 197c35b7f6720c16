#include "cli/units.hpp"

#include "tests/catch.hpp"

using namespace ride::cli;
using namespace std::chrono_literals;

TEST_CASE("sizes and times have the units that people write", "[cli]") {
  CHECK(parse_size("10000") == 10'000U);
  CHECK(parse_size("64KiB") == 65'536U);
  CHECK(parse_size("512MiB") == 536'870'912U);
  CHECK(parse_size("1GiB") == 1'073'741'824U);
  CHECK(parse_size("1G") == parse_size("1GiB"));
  CHECK(parse_time("90") == 90s);
  CHECK(parse_time("30min") == 30min);
  CHECK(parse_time("24h") == 24h);
  CHECK(parse_time("7d") == 168h);
}

TEST_CASE("what is no size or time is none", "[cli]") {
  const auto text = GENERATE("", "GiB", "-1", "1 GiB", "1gib", "1.5GiB", "99999999999999999999",
                             "9999999999TiB", "1GiB ");
  CHECK_FALSE(parse_size(text));
  CHECK_FALSE(parse_time(text));
}
