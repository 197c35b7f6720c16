#include "journal/disk.hpp"

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

TEST_CASE("a folder in memory is told from one on a disk", "[journal][disk]") {
  const TemporaryFolder folder;
  CHECK(is_in_memory("/dev/shm/a.ride"));
  CHECK_FALSE(is_in_memory("/proc/a.ride"));
  CHECK_FALSE(is_in_memory(folder / "no/such/folder/a.ride"));
}

TEST_CASE("the names in a folder are brought to the disk, and a folder that is not there is named",
          "[journal][disk]") {
  const TemporaryFolder folder;
  CHECK_NOTHROW(sync_folder(folder / "a.ride"));
  CHECK(contains(error_of([&] { sync_folder(folder / "missing/a.ride"); }),
                 "missing: cannot bring the folder to the disk"));
}
