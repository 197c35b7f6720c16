#include "proxy/loop.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>

#include "tests/catch.hpp"

using ride::proxy::Loop;

namespace {

struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
  ~Pair() {
    close_far();
    ::close(ends[0]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  int near() const { return ends[0]; }
  void say(const std::string& bytes) const {
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void close_far() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }

  std::array<int, 2> ends{-1, -1};
};

struct Watcher final : Loop::Watcher {
  explicit Watcher(std::function<void(std::uint32_t)> call) : call_(std::move(call)) {}
  void on_events(std::uint32_t events) override { call_(events); }
  std::function<void(std::uint32_t)> call_;
};

struct Sleeper final : Loop::Sleeper {
  explicit Sleeper(std::function<void()> call) : call_(std::move(call)) {}
  void on_time() override { call_(); }
  std::function<void()> call_;
};

}  // namespace

TEST_CASE("a descriptor is told of as long as it is ready", "[proxy]") {
  Loop loop;
  const Pair pair;
  std::string got;
  Watcher watcher([&](std::uint32_t events) {
    CHECK((events & EPOLLIN) != 0);
    char byte = 0;  // one at a time: the rest is told of again
    if (::read(pair.near(), &byte, 1) == 1) got += byte;
    if (got.size() == 3) loop.stop();
  });
  loop.watch(pair.near(), 0, EPOLLIN, watcher);
  pair.say("abc");
  loop.run();
  CHECK(got == "abc");
}

TEST_CASE("of a descriptor that nobody waits for not even its end is told", "[proxy]") {
  Loop loop;
  Pair pair;
  int told = 0;
  Watcher watcher([&](std::uint32_t) {
    ++told;
    loop.watch(pair.near(), EPOLLIN, 0, watcher);
    pair.close_far();
    // Twice around, each time with all that is ready.
    loop.post(Loop::Task([&] { loop.post(Loop::Task([&] { loop.stop(); })); }));
  });
  loop.watch(pair.near(), 0, EPOLLIN, watcher);
  pair.say("a");
  loop.run();
  CHECK(told == 1);
}

TEST_CASE("what is posted is done in its order, and before the loop ends", "[proxy]") {
  Loop loop;
  std::string done;
  loop.post(Loop::Task([&] { done += 'a'; }));
  loop.post(Loop::Task([&] { done += 'b'; }));
  loop.stop();
  loop.run();
  CHECK(done == "ab");
}

TEST_CASE("sleepers are woken once, by time, the first time that was asked for", "[proxy]") {
  Loop loop;
  std::string woken;
  const auto now = std::chrono::steady_clock::now();
  Sleeper late([&] {
    woken += 'l';
    loop.stop();
  });
  Sleeper never([&] { woken += 'n'; });
  Sleeper early([&] {
    woken += 'e';
    loop.let_sleep(never);
  });
  loop.wake(never, now + std::chrono::milliseconds(2));
  loop.wake(late, now + std::chrono::milliseconds(3));
  loop.wake(early, now + std::chrono::milliseconds(1));
  loop.wake(early, now + std::chrono::hours(1));
  loop.run();
  CHECK(woken == "el");
}

TEST_CASE("who is woken behind a batch waits for the next one to be woken again", "[proxy]") {
  Loop loop;
  std::string done;
  int times = 0;
  Sleeper sleeper([&] {
    done += 's';
    if (++times < 2) loop.wake(sleeper, Loop::Time());
  });
  loop.after_batch([&] { done += '|'; });
  loop.wake(sleeper, Loop::Time());
  loop.post(Loop::Task([&] { loop.post(Loop::Task([&] { loop.stop(); })); }));
  loop.run();
  CHECK(done.starts_with("s|s|"));
}
