// What `ride scenario check` does with one scenario, step by step: boots it, plays a script,
// submits, and says whether the card is what the script's author promised. A worker's own; main
// thread, as Run is.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/paths.hpp"
#include "cli/promise.hpp"
#include "cli/run.hpp"
#include "cli/run_state.hpp"
#include "journal/facts/facts.hpp"
#include "sandbox/scenario.hpp"

namespace ride::cli {

struct Tried {
  bool passed = false;
  std::string why;      // one line; "" where it passed
  std::string verdict;  // JSON, without what tells attempts apart; "" where there was none
  std::string start;    // digest of the catalogs at the start; likewise
};

struct TrialOptions {
  std::string sandbox = "local";
  std::string postgres;
};

class Trial {
 public:
  Trial(std::filesystem::path folder, Home home, TrialOptions options);
  ~Trial();

  // Never throws for what the scenario does wrong: that is the answer's `why`.
  Tried run(const Trying& trying);

 private:
  Tried attempt(const Trying& trying);
  Tried seed();
  void begin(std::uint32_t seed);
  RunState first_state(std::uint32_t seed) const;
  std::string probes_not(const std::string& state);
  std::string await_probes(const std::string& state);
  std::string play_script(const Trying& trying);
  journal::facts::Facts facts() const;  // of the attempt

  std::filesystem::path folder_;
  Home home_;
  TrialOptions options_;
  sandbox::Scenario scenario_;  // as the trying under way has it drawn
  std::unique_ptr<Run> run_;
  std::string file_;
  std::string dsn_;
  std::map<std::string, std::string> servers_;  // the others' connection strings
  std::uint32_t number_ = 0;                    // of the attempt
  int runs_ = 0;
};

}  // namespace ride::cli
