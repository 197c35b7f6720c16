#include "tests/truth/rounds.hpp"

#include "tests/catch.hpp"

using namespace ride;
using namespace ride::test;

// bench/transactions runs as many rounds as one likes, from any seed.
TEST_CASE("what the record says of random transactions is what the table holds",
          "[postgres][truth]") {
  const auto server = make_trial_server();
  std::map<std::string, int> outcomes;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto round = run_round(*server, {.seed = seed, .crash = seed == 8});
    INFO("seed " << seed << "\n" << round.account);
    CHECK(round.untruth == "");
    for (const auto& [outcome, count] : round.outcomes) outcomes[outcome] += count;
  }
  for (const auto* outcome : {"committed", "rolled back", "failed", "skipped"}) {
    INFO(outcome);
    CHECK(outcomes[outcome] > 20);
  }
}
