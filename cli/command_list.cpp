// `ride postgres list`, `show` and `next`: what there is to start, how far somebody has come, and
// what to do next. Nothing here names a cause.
#include <iomanip>
#include <iostream>

#include "base/json.hpp"
#include "cli/brief.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/progress.hpp"
#include "cli/progress_text.hpp"
#include "cli/terminal.hpp"
#include "sandbox/scenario.hpp"
#include "scorer/parameters.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

struct Known {
  std::vector<CatalogEntry> catalog;
  Standing progress;
};

Known read_all() {
  Known out;
  out.progress = read_progress(find_home().attempts());
  out.catalog = read_catalog(scenario_roots(), out.progress.skipped);
  if (out.catalog.empty())
    throw Failure("no scenarios found; set RIDE_SCENARIOS to the folder that holds them");
  return out;
}

void tell_skipped(const Standing& progress) {
  for (const auto& line : progress.skipped) tell("left out: " + line);
}

json::object object_of(const CatalogEntry& entry, const ScenarioProgress& progress) {
  return {{"id", entry.id},
          {"title", entry.title},
          {"topic", entry.topic},
          {"level", entry.level},
          {"minutes", entry.minutes},
          {"paths", json::array(entry.paths.begin(), entry.paths.end())},
          {"attempts", progress.attempts},
          {"submitted", progress.submitted},
          {"hints", progress.hints},
          {"best", progress.best_of > 0 ? json::value(progress.best) : json::value(nullptr)},
          {"of", progress.best_of > 0 ? json::value(progress.best_of) : json::value(nullptr)},
          {"done", progress.done()}};
}

json::object object_of(const Path& path) {
  json::array ids;
  for (const auto* entry : path.scenarios) ids.push_back(json::value(entry->id));
  return {{"path", path.name}, {"done", path.done}, {"scenarios", std::move(ids)}};
}

}  // namespace

int execute(const List& options) {
  const auto known = read_all();
  const auto paths = paths_of(known.catalog, known.progress);
  if (!options.json) {
    print_catalog(known.catalog, paths, known.progress, output_columns(), std::cout);
    std::cout.flush();
    tell_skipped(known.progress);
    return exit_worked;
  }
  json::array scenarios, by_path;
  for (const auto& entry : known.catalog)
    scenarios.push_back(object_of(entry, known.progress.of(entry.id)));
  for (const auto& path : paths) by_path.push_back(object_of(path));
  const auto& skipped = known.progress.skipped;
  print_json({{"scenarios", std::move(scenarios)},
              {"paths", std::move(by_path)},
              {"skipped", json::array(skipped.begin(), skipped.end())}});
  return exit_worked;
}

int execute(const Next& options) {
  const auto known = read_all();
  const auto proposal = recommend(known.catalog, known.progress, options.path);
  if (options.json) {
    json::object out{{"next", nullptr}, {"path", proposal.path}, {"why", proposal.why}};
    if (proposal.scenario != nullptr) {
      out["next"] = object_of(*proposal.scenario, known.progress.of(proposal.scenario->id));
      out["command"] = "ride postgres start " + proposal.scenario->id;
    }
    print_json(out);
    return exit_worked;
  }
  print_proposal(proposal, output_columns(), std::cout);
  std::cout.flush();
  tell_skipped(known.progress);
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
