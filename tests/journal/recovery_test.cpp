#include "journal/recovery.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <random>
#include <set>
#include <thread>

#include "journal/database.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/ring.hpp"
#include "journal/verify.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/dead_file.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;
using ride::Bytes;

namespace {

// A child process that does `work` and never comes back into the test program.
class Child {
 public:
  explicit Child(const std::function<void(int)>& work) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      try {
        work(ends[1]);
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Child() { ::close(pipe_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The seq that the child reported, 0 at the end of its life.
  Seq read_report() const {
    Seq seq = 0;
    return ::read(pipe_, &seq, sizeof seq) == sizeof seq ? seq : 0;
  }
  void kill() const { ::kill(pid_, SIGKILL); }
  int wait() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return status;
  }

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
};

void report(int pipe, Seq seq) {
  if (::write(pipe, &seq, sizeof seq) != sizeof seq) ::_exit(2);
}

// Every event carries its own seq's check: the number it was appended as by its thread.
void produce_for_ever(const std::filesystem::path& file, std::uint64_t ring_bytes,
                      const SigningKey& key, int pipe) {
  Writer writer(file, {.ring_bytes = ring_bytes, .key = key});
  const auto produce = [&](Appender& ring, ConnectionId connection) {
    for (std::uint64_t i = 0;; ++i) {
      const auto body = text_body(std::string(i % 300, 'x') + std::to_string(i));
      while (!ring.room(body.size())) std::this_thread::yield();
      report(pipe, ring.append(Kind::query, connection, static_cast<std::int64_t>(i), body));
    }
  };
  auto& first = writer.add_ring();
  auto& second = writer.add_ring();
  std::thread other([&] { produce(second, 2); });
  produce(first, 1);
}

// Appends until the file may not grow any more, and then as long as the ring has room.
void fill_disk(const std::filesystem::path& file, int pipe, std::string& failure) {
  Writer writer(file, {.ring_bytes = small});
  auto& ring = writer.add_ring();
  const rlimit limit{1U << 20U, 1U << 20U};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
  std::int64_t i = 0;
  const auto append = [&] {
    const auto body =
        text_body(std::string(static_cast<std::size_t>(i % 300), 'x') + std::to_string(i));
    if (!ring.room(body.size())) return false;
    report(pipe, ring.append(Kind::query, 1, i++, body));
    return true;
  };
  while (!writer.failed()) append();
  while (append()) {
  }
  failure = writer.failure();
}

// Whole, in order, each seq once: as an event, or covered by a hole.
std::set<Seq> check_file(const std::filesystem::path& file) {
  Reader reader(file);
  std::set<Seq> seen;
  std::array<std::int64_t, 3> next{};
  Seq expected = 1;
  auto cursor = reader.events();
  for (Event event; cursor.next(event);) {
    REQUIRE(event.seq == expected);
    if (event.kind == Kind::hole) {
      expected += Fields(event.body).get_int(Field::number);
      continue;
    }
    ++expected;
    seen.insert(event.seq);
    REQUIRE(event.at_us == next.at(event.connection)++);
    REQUIRE(event.body == text_body(std::string(static_cast<std::size_t>(event.at_us % 300), 'x') +
                                    std::to_string(event.at_us)));
  }
  return seen;
}

// It goes on over the crash, to the end; signed as far as who recovered had the key.
void check_chain(const std::filesystem::path& file, const SigningKey& key, bool with_key) {
  Reader reader(file);
  const auto verified = verify(reader, {.key = key.public_key()});
  REQUIRE(verified.is_sound());
  if (!with_key) return;
  REQUIRE(verified.signed_to == verified.last_seq);
  REQUIRE(verified.mark == mark_recovered);
}

}  // namespace

TEST_CASE("nothing that was appended is lost or doubled by kill -9", "[journal][recovery]") {
  std::mt19937 random(20260531);
  for (int round = 0; round < 20; ++round) {
    const TemporaryFolder folder;
    const auto file = folder / "a.ride";
    const std::uint64_t ring_bytes = round % 2 == 0 ? small : 16 * small;
    const auto key = SigningKey::generate();
    const Child child([&](int pipe) { produce_for_ever(file, ring_bytes, key, pipe); });
    std::set<Seq> reported;
    const auto reports_before_kill = random() % 4000;
    for (std::uint64_t i = 0; i <= reports_before_kill; ++i) reported.insert(child.read_report());
    child.kill();
    while (const Seq seq = child.read_report()) reported.insert(seq);
    REQUIRE(WIFSIGNALED(child.wait()));
    REQUIRE(liveness(file) == Liveness::interrupted);

    const auto done = recover(file, round % 3 == 0 ? std::nullopt : std::optional(key));
    REQUIRE(done.was_interrupted);
    REQUIRE(liveness(file) == Liveness::closed);
    check_chain(file, key, round % 3 != 0);
    const auto seen = check_file(file);
    for (const Seq seq : reported) REQUIRE(seen.contains(seq));
    REQUIRE_FALSE(recover(file).was_interrupted);
  }
}

TEST_CASE("a file whose writer failed on a full disk is whole after recovery",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const Child child([&](int pipe) {
    std::signal(SIGXFSZ, SIG_IGN);
    std::string failure;
    fill_disk(file, pipe, failure);
    ::_exit(contains(failure, "disk") ? 3 : 4);
  });
  std::set<Seq> reported;
  while (const Seq seq = child.read_report()) reported.insert(seq);
  const int status = child.wait();
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(recover(file).events > 0);
  CHECK(check_file(file) == reported);
}

TEST_CASE("seqs that were drawn and never written become holes", "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  {
    auto first = Ring::create(ring_path(file, 0), 0, small, id);
    auto second = Ring::create(ring_path(file, 1), 1, small, id);
    put(second, 3, "");
    put(first, 4, "");
    put(second, 8, "");
  }
  const auto done = recover(file);
  CHECK(done.events == 3);
  CHECK(done.holes == 2);
  CHECK(done.last_seq == 8);
  Reader reader(file);
  std::vector<Seq> seqs;
  for (const auto& event : reader.all()) seqs.push_back(event.seq);
  CHECK(seqs == std::vector<Seq>{1, 3, 4, 5, 8});
  CHECK(reader.find(1)->kind == Kind::hole);
  CHECK(Fields(reader.find(1)->body).get_int(Field::number) == 2);
  CHECK(Fields(reader.find(5)->body).get_int(Field::number) == 3);
}

TEST_CASE("a recovery that died after its commit is finished by the next one",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  {
    auto ring = Ring::create(ring_path(file, 0), 0, small, id);
    put(ring, 1, "a");
    put(ring, 2, "b");
  }
  std::filesystem::copy_file(ring_path(file, 0), folder / "saved");
  CHECK(recover(file).events == 2);
  std::filesystem::copy_file(folder / "saved",
                             ring_path(file, 0));  // as if it had not been removed yet
  const auto again = recover(file);
  CHECK(again.was_interrupted);
  CHECK(again.events == 0);
  CHECK(Reader(file).all().size() == 2);
}

TEST_CASE("a machine that died with commits not yet on disk leaves a gap", "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  const bool something_follows = GENERATE(true, false);
  {
    auto ring = Ring::create(ring_path(file, 0), 0, small, id);
    put(ring, 1, "a");
    put(ring, 2, "b");
    ring.free_to(ring.peek(ring.peek(0)->end)->end);  // freed, but the commit did not survive
    if (something_follows) put(ring, 3, "c");
  }
  const auto done = recover(file);
  CHECK(done.gaps == (something_follows ? 2 : 1));  // there, and at the end
  CHECK(done.holes == 0);
  Reader reader(file);
  const auto gap = reader.find(1);
  REQUIRE(gap);
  CHECK(gap->kind == Kind::gap);
  CHECK(contains(std::string(Fields(gap->body).get_bytes(Field::message)),
                 something_follows ? "were lost" : "the machine stopped"));
  CHECK(reader.find(3).has_value() == something_follows);
}

TEST_CASE("a ring of another file, or of a living writer, is left alone", "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto id = dead_file(file);
  { Ring::create(ring_path(file, 0), 0, small, id + 1); }
  CHECK(contains(error_of([&] { recover(file); }), "belongs to another attempt file"));
  CHECK(std::filesystem::exists(ring_path(file, 0)));
  Writer writer(folder / "b.ride");
  CHECK(contains(error_of([&] { recover(folder / "b.ride"); }),
                 "is being written by a running ride"));
}

TEST_CASE("recovery does nothing to a file at rest", "[journal][recovery]") {
  const TemporaryFolder folder;
  dead_file(folder / "a.ride");
  const auto before = load(folder / "a.ride");
  CHECK_FALSE(recover(folder / "a.ride").was_interrupted);
  CHECK(load(folder / "a.ride") == before);
}

TEST_CASE("a file that is none of ride's, or was never made to its end, is not called whole",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  save(folder / "text.ride", std::string(5000, 'x'));
  CHECK(contains(error_of([&] { recover(folder / "text.ride"); }), "is not a ride attempt file"));
  save(folder / "empty.ride", "");
  CHECK(contains(error_of([&] { recover(folder / "empty.ride"); }), "it holds nothing"));
  CHECK(contains(error_of([&] { recover(folder / "none.ride"); }), "no such file"));
}

// What is beside the files is what SQLite left when the machine died as a file was made.
TEST_CASE("a file that died before its first ring gets what its log holds, and a beginning",
          "[journal][recovery]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto copy = folder / "b.ride";
  {
    const auto writing = Database::create(file);
    save(copy, load(file));
    save(folder / "b.ride-wal", load(folder / "a.ride-wal"));
  }
  REQUIRE(is_unfinished(copy));
  const auto done = recover(copy, SigningKey::generate());
  CHECK(done.was_interrupted);
  CHECK(done.events == 0);
  CHECK_FALSE(is_unfinished(copy));
  CHECK_FALSE(std::filesystem::exists(folder / "b.ride-wal"));
  Reader reader(copy);
  CHECK(verify(reader).is_sound());
  CHECK_FALSE(recover(copy).was_interrupted);
}

TEST_CASE("a file that was never made is removed, and nothing else is", "[journal][recovery]") {
  const TemporaryFolder folder;
  save(folder / "empty.ride", "");
  CHECK(remove_unmade(folder / "empty.ride"));
  CHECK_FALSE(std::filesystem::exists(folder / "empty.ride"));
  save(folder / "text.ride", std::string(5000, 'x'));
  CHECK_FALSE(remove_unmade(folder / "text.ride"));
  CHECK(load(folder / "text.ride").size() == 5000);
  dead_file(folder / "whole.ride");
  CHECK_FALSE(remove_unmade(folder / "whole.ride"));
  Writer writer(folder / "writing.ride");
  CHECK_FALSE(remove_unmade(folder / "writing.ride"));
  CHECK(std::filesystem::exists(folder / "writing.ride"));
}
