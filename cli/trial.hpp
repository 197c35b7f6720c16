// What `ride scenario check` does with one scenario, step by step: boots it, plays a script,
// submits, and says whether the card is what the script's author promised. A worker's own; main
// thread, as Run is.
#pragma once

#include <memory>
#include <string>

#include "cli/paths.hpp"
#include "cli/run.hpp"
#include "cli/run_state.hpp"
#include "sandbox/scenario.hpp"
#include "scorer/grade.hpp"

namespace ride::cli {

enum class Task {
  seed,      // nothing is broken yet: probes are healthy, two starts are the same
  noop,      // the incident shows, and doing nothing earns the traps' points alone
  solution,  // full marks, and the probes are healthy
  reading,   // the same with much reading around it
  trap,      // springs that one and no other
  partial,   // the total that it says, or less than full marks
};

struct Trying {
  Task task = Task::noop;
  std::string script;  // below the scenario's folder; "" for seed and noop
  std::string springs;
  int expect = -1;
};

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
  void begin();
  RunState first_state() const;
  std::string probes_not(const std::string& state);
  std::string await_probes(const std::string& state);
  std::string play_script(const Trying& trying);
  std::string digest_of_start() const;

  std::filesystem::path folder_;
  Home home_;
  TrialOptions options_;
  sandbox::Scenario scenario_;
  std::unique_ptr<Run> run_;
  std::string file_;
  std::string dsn_;
  std::uint32_t number_ = 0;  // of the attempt
  int runs_ = 0;
};

// What the verdict lacks of what was promised, one line; "" where it keeps it.
std::string broken_promise(const Trying& trying, const scorer::Verdict& verdict);

}  // namespace ride::cli
