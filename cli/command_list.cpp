// `ride postgres list` and `show`: what there is to start. The brief never names the cause.
#include <iomanip>
#include <iostream>

#include "base/json.hpp"
#include "cli/brief.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"
#include "sandbox/scenario.hpp"

namespace ride::cli {

namespace json = boost::json;

int execute(const List& options) {
  const auto roots = scenario_roots();
  json::array all;
  for (const auto& id : scenario_ids(roots)) {
    const auto rules = sandbox::load_scenario(find_scenario(id, roots)).rules;
    all.push_back(json::object{{"id", rules.id},
                               {"title", rules.title},
                               {"topic", rules.topic},
                               {"level", rules.level},
                               {"minutes", rules.minutes}});
    if (!options.json)
      std::cout << std::left << std::setw(32) << rules.id << "  " << rules.title << " · "
                << rules.topic << " · " << rules.level << " · " << rules.minutes << " min\n";
  }
  if (options.json) print_json({{"scenarios", std::move(all)}});
  if (!options.json && all.empty())
    throw Failure("no scenarios found; set RIDE_SCENARIOS to the folder that holds them");
  return exit_worked;
}

int execute(const Show& options) {
  // Nothing is drawn yet.
  const auto rules = scorer::with_names(
      sandbox::load_scenario(find_scenario(options.scenario, scenario_roots())).rules_as_written);
  if (options.json) {
    json::array done(rules.brief.done.begin(), rules.brief.done.end());
    print_json({{"id", rules.id},
                {"version", rules.version},
                {"title", rules.title},
                {"topic", rules.topic},
                {"level", rules.level},
                {"minutes", rules.minutes},
                {"alert", rules.brief.alert},
                {"impact", rules.brief.impact},
                {"done", std::move(done)}});
  } else {
    print_brief(rules, std::cout);
  }
  return exit_worked;
}

}  // namespace ride::cli
