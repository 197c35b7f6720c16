#include "replay/timeline.hpp"

#include "tests/catch.hpp"
#include "tests/replay/moments.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

constexpr std::int64_t second_us = 1'000'000;

}  // namespace

TEST_CASE("idle time is cut to its limit, and the recorded time goes on beside it",
          "[replay][timeline]") {
  const auto moments = Moments().began(1, "a").ended(1).idle(600).began(2, "b").ended(2).take();
  const Timeline capped(moments, 2 * second_us);
  CHECK(capped.length_us() == 4 * second_us);
  CHECK(capped.shown_at(0) == 1);
  CHECK(capped.shown_at(3 * second_us - 1) == 2);
  CHECK(capped.shown_at(3 * second_us) == 3);
  CHECK(capped.recorded_at(2 * second_us) == 2 * second_us);
  CHECK(capped.recorded_at(3 * second_us) == 602 * second_us);
  const Timeline whole(moments, 0);
  CHECK(whole.length_us() == 603 * second_us);
}

TEST_CASE("time never runs backwards where two threads read the clock", "[replay][timeline]") {
  auto moments = Moments().began(1, "a").ended(1).began(2, "b").take();
  std::swap(moments[1].at_us, moments[2].at_us);
  const Timeline timeline(moments, 0);
  CHECK(timeline.played_at(1) <= timeline.played_at(2));
}

TEST_CASE("a lane belongs to a connection while it is open, and then to the next",
          "[replay][timeline]") {
  const Timeline timeline(Moments()
                              .note("connection", "1", "opened: a", 1)
                              .note("connection", "2", "opened: b", 2)
                              .began(1, "a", 2)
                              .began(2, "b", 1)
                              .ended(1, {}, 2)
                              .note("connection", "1", "closed: terminated", 1)
                              .note("connection", "3", "opened: c", 3)
                              .note("actor", "x", "waits for a lock")
                              .take(),
                          0);
  CHECK(timeline.lane_count() == 2);
  CHECK(timeline.lanes(2).own == 1U);
  CHECK(timeline.lanes(3).own == 0U);
  CHECK(timeline.lanes(3).busy == 0b11);
  CHECK(timeline.lanes(4).busy == 0b01);
  CHECK(timeline.lanes(6).own == 0U);
  CHECK(timeline.lanes(6).busy == 0);
  CHECK(timeline.lanes(7).open == 0b11);
  CHECK_FALSE(timeline.lanes(7).own);
}

TEST_CASE("any number of connections share the lanes that there are", "[replay][timeline]") {
  Moments moments;
  for (journal::ConnectionId i = 1; i <= 50; ++i) moments.began(i, "a", i);
  const Timeline timeline(moments.take(), 0);
  CHECK(timeline.lane_count() == lanes_max);
  CHECK(timeline.lanes(49).own == lanes_max - 1);
}

TEST_CASE("words are found in statements, values, errors and notes, both ways",
          "[replay][timeline]") {
  auto moments = Moments()
                     .began(1, "SELECT Needle")
                     .ended(1, {"x", "a NEEDLE b"})
                     .began(2, "x")
                     .ended(2)
                     .note("hint", "", "takes hint 1")
                     .take();
  StatementEnded failed;
  failed.error = {"ERROR", "42P01", "no needle", "", ""};
  moments[3].what = failed;
  const Timeline timeline(moments, 0);
  CHECK(timeline.find("needle", 0, false) == 0U);
  CHECK(timeline.find("needle", 1, false) == 1U);
  CHECK(timeline.find("42p01", 0, false) == 3U);
  CHECK(timeline.find("hint 1", 0, false) == 4U);
  CHECK(timeline.find("needle", 3, true) == 1U);
  CHECK_FALSE(timeline.find("absent", 0, false));
}

TEST_CASE("markers are what people look for, and no connection's coming and going",
          "[replay][timeline]") {
  const Timeline timeline(Moments()
                              .note("connection", "1", "opened: a", 1)
                              .began(1, "a")
                              .ended(1)
                              .note("evidence", "x", "saw it")
                              .note("actor", "x", "ended", 0, Weight::bad)
                              .take(),
                          0);
  CHECK(timeline.markers() == std::vector<std::size_t>{3, 4});
}

TEST_CASE("a note is added behind what is told of its statement", "[replay][timeline]") {
  Timeline timeline(Moments().began(1, "a").ended(1).began(2, "b").ended(2).take(), 0);
  CHECK(timeline.add({"comment", "ana", "why?", Weight::plain, 1}) == 2);
  CHECK(timeline.add({"comment", "ben", "because", Weight::plain, 1}) == 3);
  CHECK(std::get<Note>(timeline.moments()[3].what).subject == "ben");
  CHECK(timeline.played_at(3) == timeline.played_at(1));
  CHECK(timeline.statement_numbered(2) == 4U);
}

TEST_CASE("what is folded is one item, whole or not shown", "[replay][timeline]") {
  const Timeline timeline(Moments()
                              .began(1, "a")
                              .began(2, "b", 1, true)
                              .ended(2, {}, 1, true)
                              .began(3, "c", 1, true)
                              .ended(3, {}, 1, true)
                              .began(4, "d")
                              .take(),
                          0);
  CHECK(timeline.items_shown(true, 3) == 1);
  CHECK(timeline.items_shown(true, 5) == 2);
  CHECK(timeline.item_of(true, 4) == 1);
  CHECK(timeline.items_shown(false, 3) == 3);
  CHECK(timeline.statements(true) == std::vector<std::size_t>{0, 5});
  CHECK(timeline.statements(false) == std::vector<std::size_t>{0, 1, 3, 5});
}
