#include "scorer/lock_mode.hpp"

#include <array>

#include "tests/catch.hpp"

namespace ride::scorer {

TEST_CASE("lock modes are in each other's way as PostgreSQL's manual says", "[scorer][harm]") {
  CHECK(locks_conflict("AccessShareLock", "AccessExclusiveLock"));
  CHECK_FALSE(locks_conflict("AccessShareLock", "ExclusiveLock"));
  CHECK_FALSE(locks_conflict("RowExclusiveLock", "RowExclusiveLock"));
  CHECK(locks_conflict("RowExclusiveLock", "ShareLock"));
  CHECK_FALSE(locks_conflict("ShareLock", "ShareLock"));
  CHECK(locks_conflict("ShareUpdateExclusiveLock", "ShareUpdateExclusiveLock"));
  CHECK(locks_conflict("SomeNewLock", "AccessShareLock"));
  constexpr std::array<const char*, 8> all{
      "AccessShareLock", "RowShareLock",          "RowExclusiveLock", "ShareUpdateExclusiveLock",
      "ShareLock",       "ShareRowExclusiveLock", "ExclusiveLock",    "AccessExclusiveLock"};
  for (const auto* one : all)
    for (const auto* other : all) CHECK(locks_conflict(one, other) == locks_conflict(other, one));
}

TEST_CASE("a stronger lock meets whatever a weaker one meets", "[scorer][harm]") {
  CHECK(lock_covers("RowExclusiveLock", "RowExclusiveLock"));
  CHECK(lock_covers("AccessExclusiveLock", "RowExclusiveLock"));
  CHECK_FALSE(lock_covers("AccessShareLock", "RowExclusiveLock"));
  CHECK_FALSE(lock_covers("ShareLock", "ShareUpdateExclusiveLock"));
}

}  // namespace ride::scorer
