#include "cli/signals.hpp"

#include <csignal>

#include "tests/catch.hpp"

using namespace ride::cli;

TEST_CASE("each signal that asks for the end counts, others once, however many came",
          "[cli][signals]") {
  const Signals signals{SIGHUP, SIGUSR1};
  CHECK(signals.next(0) == 0);
  for (int i = 0; i < 200'000; ++i) std::raise(SIGHUP);  // more than a pipe holds
  std::raise(SIGUSR1);
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  CHECK(signals.next(0) == SIGTERM);
  CHECK(signals.next(0) == SIGTERM);
  CHECK(signals.next(0) == SIGHUP);
  CHECK(signals.next(0) == SIGUSR1);
  CHECK(signals.next(0) == 0);
  std::raise(SIGINT);
  CHECK(signals.next(0) == SIGINT);
}
