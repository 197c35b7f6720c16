#include "cli/card_output.hpp"

#include <filesystem>
#include <iostream>
#include <string>

#include "cli/failure.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"
#include "sandbox/scenario.hpp"
#include "scorer/card.hpp"
#include "scorer/score.hpp"

namespace ride::cli {
namespace {

// Grading goes by the rules in the file; a scenario changed since then is worth a word.
void compare_with_installed(const scorer::Verdict& verdict) {
  const auto roots = scenario_roots();
  for (const auto& id : scenario_ids(roots)) {
    if (id != verdict.scenario) continue;
    try {
      const auto installed = sandbox::load_scenario(find_scenario(id, roots)).rules_as_written;
      if (scorer::hash(installed) != verdict.scenario_hash)
        tell("graded by the rules of " + id +
             " that the file carries; the scenario installed here has others");
    } catch (const sandbox::ScenarioError& error) {
      tell(
          "graded by the rules that the file carries; the scenario installed here cannot be "
          "read: " +
          std::string(error.what()));
    }
  }
}

scorer::CardStyle style() {
  scorer::CardStyle out;
  out.width = output_columns();
  out.color = output_is_colored();
  return out;
}

std::string rendered(const Score& options, const scorer::Score& score) {
  if (options.json)
    return (options.verdict ? scorer::verdict_json(score.verdict) : scorer::card_json(score)) +
           "\n";
  return options.verdict ? scorer::verdict_text(score.verdict, style())
                         : scorer::card_text(score, style());
}

}  // namespace

void print_card(const Score& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  scorer::ScoreOptions how;
  how.attempt = options.attempt;
  scorer::Rules rules;
  if (!options.scenario_folder.empty()) {
    rules = sandbox::load_scenario(options.scenario_folder).rules_as_written;
    how.rules = &rules;
  }
  const scorer::Score score = scorer::score(options.file, how);
  if (options.scenario_folder.empty()) compare_with_installed(score.verdict);
  std::cout << rendered(options, score) << std::flush;
}

}  // namespace ride::cli
