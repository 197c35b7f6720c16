// Recovery where the machine died, or where somebody or something took a part away.
#include <array>
#include <fstream>
#include <thread>

#include "journal/database.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/recovery.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/dead_file.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

TEST_CASE("in another boot of the machine what is missing is a gap, and so is what came last",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  {
    auto ring = Ring::create(ring_path(file, 0), 0, small, id);
    put(ring, 1, "a");
    put(ring, 4, "b");
  }
  boot_again(ring_path(file, 0));
  std::filesystem::copy_file(ring_path(file, 0), folder / "saved");
  const auto done = recover(file);
  CHECK(done.events == 2);
  CHECK(done.holes == 0);
  CHECK(done.gaps == 2);
  CHECK(contains(std::string(Fields(Reader(file).find(5)->body).get_bytes(Field::message)),
                 "what came last may be missing"));
  std::filesystem::copy_file(folder / "saved", ring_path(file, 0));  // it was not removed yet
  const auto again = recover(file);
  CHECK(again.was_interrupted);
  CHECK(again.gaps == 0);
  CHECK(Reader(file).last_seq() == 5);
}

TEST_CASE("a frame of which not all reached the disk is the end of its ring",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  {
    auto ring = Ring::create(ring_path(file, 0), 0, small, id);
    for (Seq seq = 1; seq <= 9; ++seq) put(ring, seq, std::string(5'000, 'x'));
  }
  boot_again(ring_path(file, 0));
  constexpr std::streamoff page_of_the_fourth = (64 << 10) + 4 * 4096;
  {
    std::fstream bytes(ring_path(file, 0), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(page_of_the_fourth) << std::string(4096, '\0');
  }
  const auto done = recover(file);
  CHECK(done.events == 3);
  CHECK(done.gaps == 1);
  CHECK(Reader(file).find(4)->kind == Kind::gap);
}

TEST_CASE("what was committed and lost with SQLite's log is a gap", "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  {
    Writer writer(file, {.ring_bytes = small});
    writer.shared().append(Kind::hint, 0, 1, number_body(1));
    writer.checkpoint();
    writer.shared().append(Kind::hint, 0, 2, number_body(2));
    writer.flush();
    writer.shared().append(Kind::hint, 0, 3, number_body(3));
    std::filesystem::create_directory(folder / "survived");
    for (const auto& path : {file, ring_path(file, 0)})
      std::filesystem::copy_file(path, folder / "survived" / path.filename());
  }
  const auto survived = folder / "survived/a.ride";
  const auto done = recover(survived);
  CHECK(done.gaps >= 1);
  CHECK(done.holes == 0);
  Reader reader(survived);
  CHECK(reader.find(1)->kind == Kind::hint);
  CHECK(reader.find(2)->kind == Kind::gap);
}

TEST_CASE("a ring that had events and is not there any more makes a gap", "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  Database::open_for_writing(file).run("INSERT INTO rings VALUES (1, 64)");
  {
    auto ring = Ring::create(ring_path(file, 0), 0, small, id);
    put(ring, 1, "a");
    put(ring, 3, "b");
  }
  SECTION("it was moved away") {}
  SECTION("it is all zeros") { save(ring_path(file, 1), std::string(2 * small, '\0')); }
  const auto done = recover(file);
  CHECK(done.gaps == 1);
  CHECK(done.holes == 0);
  CHECK(Reader(file).find(2)->kind == Kind::gap);
}

TEST_CASE("a damaged ring is left where it is, with all others and the file as it was",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  for (std::uint32_t number = 0; number < 2; ++number) {
    auto ring = Ring::create(ring_path(file, number), number, small, id);
    put(ring, number + 1, "a");
  }
  auto bytes = load(ring_path(file, 1));
  SECTION("truncated") { bytes.resize(bytes.size() - 1); }
  SECTION("of another version") { bytes.at(8) = 9; }
  SECTION("foreign") { bytes.replace(0, 8, "GIF89a.."); }
  save(ring_path(file, 1), bytes);
  CHECK(contains(error_of([&] { recover(file); }), "move it away"));
  CHECK(load(ring_path(file, 1)) == bytes);
  CHECK(liveness(file) == Liveness::interrupted);
  CHECK(Reader(file).last_seq() == 0);
  std::filesystem::rename(ring_path(file, 1), folder / "damaged");
  CHECK(recover(file).events == 1);
}

TEST_CASE("of two recoveries at once one does the work", "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  {
    auto ring = Ring::create(ring_path(file, 0), 0, 16 * small, id);
    for (Seq seq = 1; seq <= 2'000; ++seq) put(ring, seq, "x");
  }
  std::array<std::uint64_t, 2> moved{};
  std::array<std::string, 2> refused;
  std::array<std::thread, 2> threads;
  for (std::size_t i = 0; i < 2; ++i)
    threads.at(i) = std::thread(
        [&, i] { refused.at(i) = error_of([&] { moved.at(i) = recover(file).events; }); });
  for (auto& thread : threads) thread.join();
  for (const auto& error : refused)
    CHECK((error.empty() || contains(error, "is being written by a running ride")));
  CHECK(moved[0] + moved[1] == 2'000);
  CHECK(Reader(file).all().size() == 2'000);
}

TEST_CASE("the lock of a recovery that died at its very end goes with the next one",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  dead_file(file);
  save(lock_path(file), "");
  CHECK_FALSE(recover(file).was_interrupted);
  CHECK_FALSE(std::filesystem::exists(lock_path(file)));
}
