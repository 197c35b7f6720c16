// bench/transactions: rounds of random transactions, each checked against the server.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tests/truth/rounds.hpp"

using namespace ride::test;

namespace {

int run(std::uint64_t seed, int rounds, int crash_every) {
  const auto server = make_trial_server();
  std::map<std::string, long> outcomes;
  for (int i = 0; i < rounds; ++i, ++seed) {
    const bool crash = crash_every > 0 && i % crash_every == crash_every - 1;
    const auto round = run_round(*server, {.seed = seed, .crash = crash});
    for (const auto& [outcome, count] : round.outcomes) outcomes[outcome] += count;
    if (round.untruth.empty()) continue;
    std::printf("%sseed %llu: %s\n", round.account.c_str(), static_cast<unsigned long long>(seed),
                round.untruth.c_str());
    return 1;
  }
  std::printf("%d rounds, no difference:", rounds);
  for (const auto& [outcome, count] : outcomes) std::printf(" %ld %s", count, outcome.c_str());
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s SEED ROUNDS CRASH_EVERY (0: no crash)\n", argv[0]);
    return 2;
  }
  try {
    return run(std::strtoull(argv[1], nullptr, 10), std::atoi(argv[2]), std::atoi(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
