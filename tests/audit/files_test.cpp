#include "audit/files.hpp"

#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::contains;
using journal::error_of;
using journal::save;
using journal::TemporaryFolder;

TEST_CASE("a folder stands for the attempt files in it, by name, and each file counts once",
          "[audit]") {
  const TemporaryFolder folder;
  for (const auto* name : {"b.ride", "a.ride", "a.ride-wal", "notes.txt"}) save(folder / name, "");
  std::filesystem::create_directory(folder / "deeper.ride");
  const auto files = attempt_files({(folder / "b.ride").string(), folder.path().string()});
  REQUIRE(files.size() == 2);
  CHECK(files[0].filename() == "b.ride");
  CHECK(files[1].filename() == "a.ride");
}

TEST_CASE("a path that is not there is named", "[audit]") {
  CHECK(contains(error_of([] { attempt_files({"/nowhere/x.ride"}); }), "/nowhere/x.ride"));
}

TEST_CASE("what SQLite keeps beside a file counts as its size", "[audit]") {
  const TemporaryFolder folder;
  save(folder / "a.ride", "12345");
  save(folder / "a.ride-wal", "123");
  CHECK(bytes_on_disk(folder / "a.ride") == 8);
}

TEST_CASE("a file says whose it is and of which scenario", "[audit]") {
  const TemporaryFolder folder;
  scorer::Recording recording(folder / "a.ride", scorer::sample_rules());
  recording.close();
  journal::Reader reader(folder / "a.ride");
  const auto origin = origin_of(reader);
  CHECK(origin.learner == "ana");
  CHECK(origin.scenario == "test/sample");
}
