#include "journal/durability.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "journal/appender.hpp"
#include "journal/database.hpp"
#include "journal/disk.hpp"
#include "journal/reader.hpp"
#include "journal/ring.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

constexpr std::uint64_t small = 64U << 10U;

// Waits for a ticket as a relay does: told, then looks.
class Waiter {
 public:
  explicit Waiter(Durability::Ticket& ticket) : ticket_(ticket) {
    ticket.tell([this] {
      const std::scoped_lock lock(mutex_);
      ++told_;
      changed_.notify_all();
    });
  }
  ~Waiter() { ticket_.tell({}); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  template <typename Condition>
  void until(Condition condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, condition);
  }
  std::uint64_t told() const { return told_; }

 private:
  Durability::Ticket& ticket_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t told_ = 0;
};

std::uint64_t put(Ring& ring, Seq seq, const std::string& body) {
  const std::array parts{ride::Bytes(body)};
  ring.append(seq, Kind::hint, 0, 0, parts);
  return ring.head();
}

}  // namespace

TEST_CASE("what was asked for is on disk once it is told, and not before it was asked for",
          "[journal][durability]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "a.ride-ring.0", 0, small, 1);
  DrainState drain;
  Durability durability(drain);
  auto& ticket = durability.add(ring);
  Waiter waiter(ticket);
  const auto first = put(ring, 1, "one");
  CHECK_FALSE(ticket.reached(first));
  ticket.ask(first);
  waiter.until([&] { return ticket.reached(first); });
  const auto second = put(ring, 2, "two");
  CHECK_FALSE(ticket.reached(second));
  CHECK(durability.syncs() == 1);
}

TEST_CASE("many that ask at once share the way to the disk", "[journal][durability]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "a.ride-ring.0", 0, 16 * small, 1);
  DrainState drain;
  Durability durability(drain);
  auto& ticket = durability.add(ring);
  Waiter waiter(ticket);
  constexpr Seq count = 5'000;
  std::uint64_t last = 0;
  for (Seq seq = 1; seq <= count; ++seq) ticket.ask(last = put(ring, seq, "x"));
  waiter.until([&] { return ticket.reached(last); });
  CHECK(durability.syncs() < count);
  CHECK(ring.checked(0)->seq == 1);
}

TEST_CASE("space that was given back counts as on disk", "[journal][durability]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "a.ride-ring.0", 0, small, 1);
  DrainState drain;
  Durability durability(drain);
  auto& ticket = durability.add(ring);
  const auto end = put(ring, 1, "one");
  ring.free_to(end);
  CHECK(ticket.reached(end));
}

TEST_CASE("rings of several threads are brought to the disk each up to what was asked",
          "[journal][durability]") {
  const TemporaryFolder folder;
  DrainState drain;
  std::vector<Ring> rings;
  for (std::uint32_t id = 0; id < 3; ++id)
    rings.push_back(Ring::create(folder / ("a.ride-ring." + std::to_string(id)), id, small, 1));
  Durability durability(drain);
  std::vector<std::thread> threads;
  for (auto& ring : rings) {
    auto& ticket = durability.add(ring);
    threads.emplace_back([&ring, &ticket] {
      Waiter waiter(ticket);
      for (Seq seq = 1; seq <= 50; ++seq) {
        const auto end = put(ring, seq, "x");
        ticket.ask(end);
        waiter.until([&] { return ticket.reached(end); });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK_FALSE(drain.failed());
}

TEST_CASE("at level power SQLite syncs each transaction, and the file says its level",
          "[journal][durability]") {
  const TemporaryFolder folder;
  if (is_in_memory(folder / "a.ride")) {
    WARN("SKIPPED: the temporary folder is in memory");
    return;
  }
  const auto level = GENERATE(Level::process, Level::power);
  const bool power = level == Level::power;
  Writer writer(folder / "a.ride", {.ring_bytes = small, .level = level});
  auto& appender = writer.add_ring();
  CHECK((appender.durability() != nullptr) == power);
  constexpr int full = 2;
  constexpr int normal = 1;
  std::int64_t synchronous = 0;
  std::string said;
  writer.on_database([&](Database& database) {
    synchronous = database.integer("PRAGMA synchronous");
    said = get_meta(database, "level");
  });
  CHECK(synchronous == (power ? full : normal));
  CHECK(said == (power ? "power" : "process"));
}

TEST_CASE("level power is refused where there is no disk", "[journal][durability]") {
  const std::filesystem::path file = "/dev/shm/ride-durability-test.ride";
  CHECK(contains(error_of([&] { Writer writer(file, {.level = Level::power}); }),
                 "ride-durability-test.ride: lies in memory (tmpfs)"));
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("a journal that failed for good does not go on, nor does anybody hear that it did",
          "[journal][durability]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "a.ride-ring.0", 0, small, 1);
  DrainState drain;
  drain.fail_for_good("the disk is broken");
  Durability durability(drain);
  auto& ticket = durability.add(ring);
  Waiter waiter(ticket);
  const auto end = put(ring, 1, "one");
  ticket.ask(end);
  waiter.until([&] { return waiter.told() > 0; });
  CHECK_FALSE(ticket.reached(end));
  drain.resume();
  CHECK(drain.failed());
  CHECK(drain.failure() == "the disk is broken");
}
