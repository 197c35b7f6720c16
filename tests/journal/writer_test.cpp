#include "journal/writer.hpp"

#include <map>
#include <thread>
#include <vector>

#include "journal/database.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/rest.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

const WriterOptions small_rings{.ring_bytes = 64U << 10U};

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

}  // namespace

TEST_CASE("what was appended is read back whole and in order", "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride");
  auto& ring = writer.add_ring();
  CHECK(writer.shared().append(Kind::attempt_began, 0, 10, number_body(1)) == 1);
  CHECK(ring.append(Kind::query, 7, -20, text_body("SELECT 1")) == 2);
  writer.flush();
  CHECK(writer.committed() == 2);
  Reader reader(folder / "a.ride");
  const auto events = reader.all();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == Kind::attempt_began);
  CHECK(events[1].seq == 2);
  CHECK(events[1].attempt == 1);
  CHECK(events[1].at_us == -20);
  CHECK(events[1].connection == 7);
  CHECK(events[1].body == text_body("SELECT 1"));
}

TEST_CASE("several producers at once give one order without holes", "[journal][writer]") {
  const TemporaryFolder folder;
  constexpr std::uint64_t each = 5'000;
  {
    Writer writer(folder / "a.ride", small_rings);
    auto& first = writer.add_ring();
    auto& second = writer.add_ring();
    const auto produce = [&](Appender& ring, ConnectionId id) {
      for (std::uint64_t i = 0; i < each; ++i) {
        const auto body = number_body(i);
        while (!ring.room(body.size())) std::this_thread::yield();
        ring.append(Kind::hint, id, 0, body);
      }
    };
    const auto produce_shared = [&](ConnectionId id) {
      for (std::uint64_t i = 0; i < each; ++i)
        writer.shared().append(Kind::hint, id, 0, number_body(i));
    };
    std::vector<std::thread> threads;
    threads.emplace_back([&] { produce(first, 1); });
    threads.emplace_back([&] { produce(second, 2); });
    threads.emplace_back([&] { produce_shared(3); });
    threads.emplace_back([&] { produce_shared(4); });
    for (auto& thread : threads) thread.join();
    writer.close();
  }
  Reader reader(folder / "a.ride");
  std::map<ConnectionId, std::uint64_t> next;
  Seq last = 0;
  auto cursor = reader.events();
  for (Event event; cursor.next(event);) {
    REQUIRE(event.seq == last + 1);
    last = event.seq;
    REQUIRE(Fields(event.body).get_int(Field::number) == next[event.connection]++);
  }
  CHECK(last == 4 * each);
}

TEST_CASE("a long text is stored once and read back in every event", "[journal][writer]") {
  const TemporaryFolder folder;
  const std::string query = "SELECT " + std::string(500, 'x');
  std::string parse;
  FieldWriter(parse)
      .put(Field::name, "s")
      .put(Field::text, query)
      .put(Field::parameter_types, "abcd");
  {
    Writer writer(folder / "a.ride");
    for (int i = 0; i < 3; ++i) writer.shared().append(Kind::query, 1, 0, text_body(query));
    writer.shared().append(Kind::parse, 1, 0, parse);
    writer.shared().append(Kind::log_line, 1, 0, text_body(query));  // not a statement: as it is
    writer.close();
  }
  Reader reader(folder / "a.ride");
  CHECK(reader.database().integer("SELECT count(*) FROM texts") == 1);
  CHECK(reader.database().integer("SELECT max(length(body)) FROM events WHERE seq < 4") < 40);
  CHECK(reader.find(3)->body == text_body(query));
  CHECK(reader.find(4)->body == parse);
  CHECK(reader.find(5)->body == text_body(query));
}

TEST_CASE("close leaves one file that needs nothing beside it", "[journal][writer]") {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.ride");
    writer.shared().append(Kind::hint, 0, 0, number_body(1));
    CHECK(liveness(folder / "a.ride") == Liveness::writing);
    writer.close();
    writer.close();
    CHECK(liveness(folder / "a.ride") == Liveness::closed);
    CHECK(error_of([&] { writer.flush(); }) ==
          (folder / "a.ride").string() + ": the recording is closed");
  }
  CHECK(files_in(folder.path()) == 1);
  const auto permissions = std::filesystem::status(folder / "a.ride").permissions();
  CHECK(permissions == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("after a checkpoint a copy of the file alone is complete", "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride");
  for (std::uint64_t i = 0; i < 100; ++i) writer.shared().append(Kind::hint, 0, 0, number_body(i));
  writer.checkpoint();
  std::filesystem::create_directory(folder / "copies");
  std::filesystem::copy_file(folder / "a.ride", folder / "copies/b.ride");
  Reader reader(folder / "copies/b.ride");
  CHECK(reader.all().size() == 100);
}

TEST_CASE("a checkpoint that a reader blocks says so", "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride");
  writer.on_database([](Database& database) { database.run("PRAGMA busy_timeout = 10"); });
  for (std::uint64_t i = 0; i < 10; ++i) writer.shared().append(Kind::hint, 0, 0, number_body(i));
  writer.flush();
  Reader reader(folder / "a.ride");
  {
    auto cursor = reader.events();
    Event event;
    REQUIRE(cursor.next(event));  // holds its view of the file
    writer.shared().append(Kind::hint, 0, 0, number_body(10));
    CHECK(contains(error_of([&] { writer.checkpoint(); }),
                   "a program that reads it does not let go"));
  }
  CHECK_FALSE(writer.failed());
  writer.checkpoint();
  writer.close();
}

TEST_CASE("a file is read while it is written", "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride");
  writer.shared().append(Kind::hint, 0, 0, number_body(0));
  writer.flush();
  Reader reader(folder / "a.ride");
  for (std::uint64_t i = 1; i <= 20; ++i) {
    writer.shared().append(Kind::hint, 0, 0, number_body(i));
    writer.flush();
    CHECK(reader.last_seq() == i + 1);
    CHECK(reader.all({.after = i}).size() == 1);
  }
}

TEST_CASE("events belong to the attempt that began last, also after the file was closed",
          "[journal][writer]") {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.ride");
    writer.shared().append(Kind::run_began, 0, 0, "");
    writer.shared().append(Kind::attempt_began, 0, 0, number_body(1));
    writer.shared().append(Kind::hint, 0, 0, "");
    writer.shared().append(Kind::attempt_began, 0, 0, number_body(2));
  }
  {
    Writer writer(folder / "a.ride", {.extend = true});
    CHECK(writer.shared().append(Kind::attempt_ended, 0, 0, "") == 5);
  }
  Reader reader(folder / "a.ride");
  std::vector<std::uint32_t> attempts;
  for (const auto& event : reader.all()) attempts.push_back(event.attempt);
  CHECK(attempts == std::vector<std::uint32_t>{0, 1, 1, 2, 2});
  CHECK(reader.attempts() == std::vector<std::uint32_t>{1, 2});
  CHECK(reader.all({.attempt = 1, .kinds = {Kind::hint, Kind::query}, .after = 0}).size() == 1);
}

TEST_CASE("an event too large for the ring is refused by name, and the largest one fits",
          "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride", small_rings);
  auto& shared = writer.shared();
  const std::string largest(shared.body_bytes_max(), 'x');
  for (int i = 0; i < 5; ++i) shared.append(Kind::snapshot, 0, 0, largest);  // waits for room
  CHECK(contains(error_of([&] { shared.append(Kind::snapshot, 0, 0, largest + "x"); }),
                 "does not fit the recorder's ring"));
  writer.flush();
  CHECK(writer.committed() == 5);
}

TEST_CASE("work beside the events runs after them, and its failure is the caller's",
          "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride");
  writer.shared().append(Kind::hint, 0, 0, "");
  std::int64_t seen = 0;
  writer.on_database([&](Database& database) {
    apply_schema(database, "CREATE TABLE IF NOT EXISTS fact_x(n); INSERT INTO fact_x VALUES (5)");
    seen = database.integer("SELECT count(*) FROM events");
  });
  CHECK(seen == 1);
  CHECK(contains(error_of([&] {
                   writer.on_database([](Database& database) { database.run("SELECT nonsense"); });
                 }),
                 "a.ride: cannot run SELECT: no such column"));
  CHECK_FALSE(writer.failed());
  writer.close();
  Reader reader(folder / "a.ride");
  CHECK(reader.database().integer("SELECT n FROM fact_x") == 5);
}

TEST_CASE("what waits to be stored grows old, and what is stored does not", "[journal][writer]") {
  const TemporaryFolder folder;
  Writer writer(folder / "a.ride");
  CHECK(writer.lag().count() == 0);
  writer.on_database([&](Database&) {  // nothing is stored meanwhile
    writer.shared().append(Kind::hint, 0, 0, "");
    const auto first = writer.lag();
    while (writer.lag() <= first) std::this_thread::yield();
  });
  writer.flush();
  CHECK(writer.lag().count() == 0);
}

TEST_CASE("a file is not written twice at a time nor over an old one", "[journal][writer]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  {
    Writer writer(file);
    CHECK(contains(error_of([&] { Writer second(file); }), "is being written by a running ride"));
  }
  CHECK(contains(error_of([&] { Writer second(file); }), "exists already"));
  CHECK(contains(error_of([&] { Writer missing(folder / "no/a.ride"); }),
                 "no/a.ride-lock: cannot create the lock"));
}

TEST_CASE("a full database stops the writer, keeps the rings and loses nothing",
          "[journal][writer]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  Seq appended = 0;
  {
    Writer writer(file, small_rings);
    writer.on_database([](Database& database) { database.run("PRAGMA max_page_count = 40"); });
    auto& ring = writer.add_ring();
    const std::string body(1000, 'x');
    while (!writer.failed())
      if (ring.room(body.size())) appended = ring.append(Kind::hint, 0, 0, body);
    CHECK(contains(writer.failure(), "a.ride: cannot"));
    CHECK(contains(writer.failure(), "full; free some space"));
    CHECK(contains(error_of([&] { writer.flush(); }), "full; free some space"));
    while (ring.room(body.size())) appended = ring.append(Kind::hint, 0, 0, body);
    CHECK(contains(error_of([&] {
                     while (true) appended = writer.shared().append(Kind::hint, 0, 0, body);
                   }),
                   "full; free some space"));
    CHECK(contains(error_of([&] { writer.close(); }), "full; free some space"));
  }
  CHECK(liveness(file) == Liveness::interrupted);
  CHECK(contains(error_of([&] { require_drained(file); }), "ride audit recover"));
  CHECK(contains(error_of([&] { Writer again(file, {.extend = true}); }), "ride audit recover"));
  CHECK(Reader(file).last_seq() < appended);
}

TEST_CASE("the writer rests longer while rings stay empty, shorter as they fill",
          "[journal][writer]") {
  const WriterOptions options{.ring_bytes = 64U << 10U};
  auto rest = options.rest_min;
  for (int i = 0; i < 10; ++i) rest = next_rest(rest, 0, options);
  CHECK(rest == options.rest_max);
  CHECK(next_rest(rest, 2U << 10U, options) == rest);  // between the two: as it was
  CHECK(next_rest(rest, 5U << 10U, options) == rest / 2);
  for (int i = 0; i < 10; ++i) rest = next_rest(rest, 64U << 10U, options);
  CHECK(rest == options.rest_min);
}
