#include "audit/index.hpp"

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
namespace fs = std::filesystem;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

namespace {

int built(const fs::path& file, const fs::path& folder) {
  int times = 0;
  open_index(file, folder, [&] { ++times; });
  return times;
}

}  // namespace

TEST_CASE("an index is made once, and again when the file is another", "[audit]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  Recording recording(file, sample_rules());
  recording.select("SELECT 1", {"x"});
  recording.close();
  const auto before = journal::load(file);
  CHECK(built(file, folder / "cache") == 1);
  CHECK(built(file, folder / "cache") == 0);
  CHECK(journal::load(file) == before);
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(5));
  CHECK(built(file, folder / "cache") == 1);
}

TEST_CASE("an index that cannot be read is made again", "[audit]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  Recording(file, sample_rules()).close();
  CHECK(built(file, folder / "cache") == 1);
  journal::save(index_path(file, folder / "cache"), "no database");
  CHECK(built(file, folder / "cache") == 1);
  CHECK(built(file, folder / "cache") == 0);
}

TEST_CASE("an index is for its owner alone, and goes when its file is gone", "[audit]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  Recording(file, sample_rules()).close();
  built(file, folder / "cache");
  const auto index = index_path(file, folder / "cache");
  CHECK((fs::status(index).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
        fs::perms::none);
  remove_orphans(folder / "cache");
  CHECK(fs::exists(index));
  fs::remove(file);
  remove_orphans(folder / "cache");
  CHECK_FALSE(fs::exists(index));
}
