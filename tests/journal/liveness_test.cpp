#include "journal/liveness.hpp"

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

TEST_CASE("a lock is held by one at a time and goes with its holder", "[journal][liveness]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  {
    auto lock = WriterLock::acquire(file);
    REQUIRE(lock);
    CHECK(liveness(file) == Liveness::writing);
    CHECK_FALSE(WriterLock::acquire(file));
    const auto moved = std::move(*lock);
    lock.reset();
    CHECK(liveness(file) == Liveness::writing);
  }
  CHECK(liveness(file) == Liveness::closed);
  CHECK_FALSE(std::filesystem::exists(lock_path(file)));
}

TEST_CASE("the lock file of a dead writer holds nobody up", "[journal][liveness]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  save(lock_path(file), "");
  CHECK(liveness(file) == Liveness::closed);
  CHECK(WriterLock::acquire(file));
}

TEST_CASE("a ring that is left behind means that the recording was cut off",
          "[journal][liveness]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  require_drained(file);
  save(ring_path(file, 10), "");
  CHECK(liveness(file) == Liveness::interrupted);
  CHECK(contains(error_of([&] { require_drained(file); }),
                 "run: ride audit recover " + file.string()));
}

TEST_CASE("the rings of a file are its own and come by number", "[journal][liveness]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  for (const auto* const name : {"a.ride-ring.10", "a.ride-ring.9", "a.ride-ring.x", "a.ride-ring.",
                                 "aa.ride-ring.1", "a.ride-ring.1.bak"})
    save(folder / name, "");
  CHECK(ring_paths(file) ==
        std::vector<std::filesystem::path>{ring_path(file, 9), ring_path(file, 10)});
  CHECK(ring_paths(folder / "no/a.ride").empty());
}
