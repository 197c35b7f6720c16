#include "audit/moment.hpp"

#include "tests/catch.hpp"

using namespace ride::audit;

TEST_CASE("a moment is written in UTC to the microsecond, and read back", "[audit]") {
  CHECK(iso_time(1'780'000'000'123'456) == "2026-05-28T20:26:40.123456Z");
  CHECK(iso_time(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(iso_time(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(parse_moment(iso_time(1'780'000'000'123'456), 0) == 1'780'000'000'123'456);
}

TEST_CASE("a moment may leave out what is zero", "[audit]") {
  CHECK(parse_moment("2026-05-28", 0) == 1'779'926'400'000'000);
  CHECK(parse_moment("2026-05-28 20:26", 0) == 1'779'999'960'000'000);
  CHECK(parse_moment("2026-05-28T20:26:40", 0) == 1'780'000'000'000'000);
  CHECK(parse_moment("2026-05-28T20:26:40.5Z", 0) == 1'780'000'000'500'000);
}

TEST_CASE("a moment may be so long ago", "[audit]") {
  CHECK(parse_moment("10s", 60'000'000) == 50'000'000);
  CHECK(parse_age("90d") == 90LL * 86'400 * 1'000'000);
  CHECK(parse_age("2h") == 7'200'000'000);
  CHECK(parse_age("3m") == 180'000'000);
}

TEST_CASE("what is no moment is refused, not guessed", "[audit]") {
  for (const auto* text : {"", "yesterday", "2026", "2026-13-01", "2026-02-30", "2026-05-28T",
                           "2026-05-28T25:00", "2026-05-28x", "10", "10w", "-5d", "d"})
    CHECK_FALSE(parse_moment(text, 0).has_value());
}

TEST_CASE("durations have a unit that fits", "[audit]") {
  CHECK(duration_text(1'500) == "1.5 ms");
  CHECK(duration_text(4'093'697) == "4.1 s");
  CHECK(duration_text(600'000'000) == "10 min");
  CHECK(duration_text(3 * 3'600'000'000LL) == "3.0 h");
  CHECK(duration_text(3 * 86'400'000'000LL) == "3.0 d");
}
