// A real disk that fills: a small tmpfs, in a mount namespace of a child process.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <thread>

#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/recovery.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

constexpr std::uint64_t small = 64U << 10U;
constexpr int exit_no_mount = 77;

// Runs `work` with an empty disk of 1 MiB in the folder, in a child. False: the machine does not
// let us mount one. What `work` throws fails the test.
bool on_small_disk(const TemporaryFolder& folder, const std::function<void()>& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int names = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    if (::unshare(names) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0)
      ::_exit(exit_no_mount);
    const auto error = error_of(work);
    if (!error.empty()) ::dprintf(STDERR_FILENO, "in the child: %s\n", error.c_str());
    ::_exit(error.empty() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == exit_no_mount) {
    WARN("SKIPPED: no file system can be mounted here");
    return false;
  }
  CHECK(status == 0);
  return true;
}

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

// All that is free, as a file in the way.
void fill(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string block(4096, 'x');
  while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
}

// Appends while there is room in the ring; the sum of what was.
std::int64_t append_while_room(Appender& ring, std::int64_t from) {
  const std::string body(1000, 'x');
  while (ring.room(body.size())) ring.append(Kind::hint, 0, from++, body);
  return from;
}

void check_whole(const std::filesystem::path& file, std::int64_t appended) {
  Reader reader(file);
  std::int64_t next = 0;
  for (const auto& event : reader.all())
    if (event.kind != Kind::gap) require(event.at_us == next++, "an event is missing");
  require(next == appended, "not all that was appended is in the file");
}

}  // namespace

TEST_CASE("a writer that may goes on once there is room, with nothing lost and nothing twice",
          "[journal][writer]") {
  const TemporaryFolder folder;
  on_small_disk(folder, [&] {
    const auto file = folder / "a.ride";
    std::int64_t appended = 0;
    {
      Writer writer(file, {.ring_bytes = small, .waits_for_room = true});
      auto& ring = writer.add_ring();
      fill(folder / "ballast");
      while (!writer.failed()) appended = append_while_room(ring, appended);
      appended = append_while_room(ring, appended);
      require(contains(writer.failure(), "a.ride: cannot"), "the failure names no file");
      require(!error_of([&] { writer.flush(); }).empty(), "flush does not say that it failed");
      require(contains(error_of([&] { writer.close(); }), "a.ride: cannot"), "close says nothing");
      std::filesystem::remove(folder / "ballast");
      while (writer.failed()) std::this_thread::yield();
      appended = append_while_room(ring, appended);
      writer.close();
    }
    require(liveness(file) == Liveness::closed, "the file is not at rest");
    check_whole(file, appended);
    require(Reader(file).all({.attempt = {}, .kinds = {Kind::gap}, .after = 0}).size() == 1,
            "nothing says that clients were refused");
  });
}

TEST_CASE(
    "a ring for which there is no room is refused when it is made, and one that was made can "
    "be filled on a full disk",
    "[journal][ring]") {
  const TemporaryFolder folder;
  on_small_disk(folder, [&] {
    auto made = Ring::create(folder / "a.ride-ring.0", 0, small, 1);
    fill(folder / "ballast");
    const auto refused = error_of([&] { Ring::create(folder / "a.ride-ring.1", 1, small, 1); });
    require(contains(refused, "a.ride-ring.1: cannot reserve space"), "it was made");
    require(!std::filesystem::exists(folder / "a.ride-ring.1"), "a part of it was left");
    const std::array parts{ride::Bytes("x")};
    for (Seq seq = 1; made.room(1); ++seq) made.append(seq, Kind::hint, 0, 0, parts);
    require(made.checked(0).has_value(), "what was written is not there");
  });
}

TEST_CASE("recovery on a full disk changes nothing, and works once there is room",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  on_small_disk(folder, [&] {
    const auto file = folder / "a.ride";
    std::int64_t appended = 0;
    {
      Writer writer(file, {.ring_bytes = small});
      auto& ring = writer.add_ring();
      fill(folder / "ballast");
      while (!writer.failed()) appended = append_while_room(ring, appended);
      appended = append_while_room(ring, appended);
    }
    require(liveness(file) == Liveness::interrupted, "the rings are gone");
    const auto refused = error_of([&] { recover(file); });
    require(contains(refused, "a.ride"), "recovery does not say that there is no room");
    require(liveness(file) == Liveness::interrupted, "the rings are gone after a failed recovery");
    std::filesystem::remove(folder / "ballast");
    require(recover(file).events > 0, "nothing was recovered");
    check_whole(file, appended);
  });
}
