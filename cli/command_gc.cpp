// `ride postgres gc`: removes the containers and private folders of runs that are dead, of whatever
// RIDE_HOME of this user; never those of a run whose supervisor lives.
#include <iostream>
#include <map>
#include <optional>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/run_state.hpp"
#include "cli/terminal.hpp"
#include "sandbox/leftovers.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;
using sandbox::Leftover;

struct Outcome {
  json::array removed;
  json::array alive;
  json::array failed;
};

json::object described(const Leftover& leftover) {
  return {{"kind", leftover.kind == Leftover::Kind::container ? "container" : "folder"},
          {"name", leftover.name},
          {"home", leftover.home}};
}

Outcome collect() {
  Outcome out;
  std::map<std::string, std::optional<RunLock>> dead;  // each home is judged once
  for (const auto& leftover : sandbox::find_leftovers()) {
    auto found = dead.find(leftover.home);
    if (found == dead.end())
      found = dead.emplace(leftover.home, RunLock::of_dead_run(Home{leftover.home})).first;
    json::object one = described(leftover);
    if (!found->second) {
      out.alive.push_back(std::move(one));
      continue;
    }
    const auto trouble = sandbox::remove(leftover);
    if (!trouble.empty()) one["why"] = trouble;
    (trouble.empty() ? out.removed : out.failed).push_back(std::move(one));
  }
  return out;
}

void print(const Outcome& outcome) {
  for (const auto& value : outcome.removed) {
    const auto& one = value.as_object();
    std::cout << "removed " << one.at("kind").as_string().c_str() << ' '
              << one.at("name").as_string().c_str() << " of a dead run of "
              << one.at("home").as_string().c_str() << '\n';
  }
  for (const auto& value : outcome.failed) tell(value.as_object().at("why").as_string());
  if (outcome.removed.empty() && outcome.failed.empty())
    std::cout << "nothing to remove"
              << (outcome.alive.empty() ? "" : ": what there is belongs to living runs") << '\n';
}

}  // namespace

int execute(const Gc& options) {
  const Outcome outcome = collect();
  if (options.json)
    print_json(
        {{"removed", outcome.removed}, {"alive", outcome.alive}, {"failed", outcome.failed}});
  else
    print(outcome);
  return outcome.failed.empty() ? exit_worked : exit_failed;
}

}  // namespace ride::cli
