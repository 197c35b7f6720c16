#include <fstream>

#include "sandbox/bootstrap.hpp"
#include "sandbox/cluster.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/scenario_lint.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
using ride::test::replaced;
using ride::test::shop_yaml;

namespace {

// The shop with a drawn name, a drawn id and a drawn pause, all over the place.
std::string drawn_yaml() {
  std::string out = replaced(shop_yaml, "brief:",
                             "parameters:\n"
                             "  - {names: [held, other], one_of: [billing, ledger, stock]}\n"
                             "  - {name: order, from: 2, to: 9}\n"
                             "  - {name: pause, from: 20, to: 29}\n"
                             "brief:");
  out = replaced(out, "orders hang", "order {{order}} hangs");
  out = replaced(out, "name: runner", "name: \"{{held}}\"\n    application_name: app_{{held}}");
  out = replaced(out, "{start: runner}", "{start: \"{{held}}\"}");
  out = replaced(out, "every_ms: 20", "every_ms: \"{{pause}}\"");
  out = replaced(out, "title: Rows are there", "title: Row {{order}} is there");
  out = replaced(out, "orders\n    expect: \"10\"",
                 "orders WHERE id <= {{order}}\n    expect: \"{{order}}\"");
  return replaced(out, "seen: \"SELECT n AS statement FROM statements\"",
                  "seen: \"SELECT n AS statement FROM statements WHERE text LIKE '%{{held}}%'\"");
}

std::string refusal(const std::string& yaml) {
  const test::ScenarioFolder folder(yaml);
  try {
    sandbox::load_scenario(folder.path());
  } catch (const sandbox::ScenarioError& error) {
    return replaced(error.what(), folder.path().string() + "/", "");
  }
  return "";
}

std::string refused_parameters(const std::string& list) {
  return refusal(replaced(shop_yaml, "brief:", "parameters:\n" + list + "brief:"));
}

}  // namespace

TEST_CASE("a drawing's values are everywhere in the scenario", "[sandbox][parameters]") {
  const test::ScenarioFolder folder(drawn_yaml());
  const auto scenario = sandbox::load_scenario(folder.path(), {.seed = 3});
  const auto order = scenario.values.at("order");
  const auto held = scenario.values.at("held");
  CHECK(scenario.values == sandbox::draw(scenario.parameters, 3));
  CHECK(scenario.rules.brief.alert == "order " + order + " hangs");
  CHECK(scenario.actors[0].name == held);
  CHECK(scenario.actors[0].application_name == "app_" + held);
  CHECK(scenario.fault[1].start == held);
  CHECK(std::to_string(scenario.actors[1].loop->every_ms) == scenario.values.at("pause"));
  CHECK(scenario.rules.fix[0].expect == order);
  CHECK(scenario.rules.fix[0].title == "Row " + order + " is there");
  CHECK(scenario.rules.detect[0].seen.find("'%" + held + "%'") != std::string::npos);
}

TEST_CASE("what a file carries is the same for all drawings, and gives each its rules",
          "[sandbox][parameters]") {
  const test::ScenarioFolder folder(drawn_yaml());
  const auto one = sandbox::load_scenario(folder.path(), {.seed = 3});
  const auto other = sandbox::load_scenario(folder.path(), {.seed = 4});
  CHECK(one.values != other.values);
  CHECK(scorer::hash(one.rules_as_written) == scorer::hash(other.rules_as_written));
  CHECK(one.rules_as_written.brief.alert == "order {{order}} hangs");
  for (const auto* drawn : {&one, &other})
    CHECK(scorer::to_json(scorer::with_values(drawn->rules_as_written, drawn->values)) ==
          scorer::to_json(drawn->rules));
}

TEST_CASE("recorded values are taken before those of the seed", "[sandbox][parameters]") {
  const test::ScenarioFolder folder(drawn_yaml());
  const scorer::Values recorded{
      {"held", "gone_since"}, {"other", "b"}, {"order", "5"}, {"pause", "20"}};
  CHECK(sandbox::load_scenario(folder.path(), {.seed = 3, .recorded = recorded}).actors[0].name ==
        "gone_since");
  CHECK(test::error_of([&] {
          sandbox::load_scenario(folder.path(), {.seed = 3, .recorded = scorer::Values{}});
        }).find("recorded without its parameter \"held\"") != std::string::npos);
}

TEST_CASE("a seed's text has the values, and a template of its own where they differ",
          "[sandbox][parameters]") {
  const test::ScenarioFolder folder(
      replaced(shop_yaml, "brief:", "parameters: [{name: order, from: 2, to: 9}]\nbrief:"));
  const auto fingerprint = [&](std::uint32_t seed) {
    return sandbox::bootstrap_fingerprint(sandbox::load_scenario(folder.path(), {.seed = seed}));
  };
  CHECK(fingerprint(0) == fingerprint(1));  // nothing of the seed is drawn
  std::ofstream(folder.path() / "seed/shop.sql", std::ios::app) << "\n-- {{order}}\n";
  const auto scenario = sandbox::load_scenario(folder.path(), {.seed = 0});
  CHECK(scenario.environment.databases[0].seed[0].sql.ends_with(
      "-- " + scenario.values.at("order") + "\n"));
  const auto seeds = sandbox::covering_seeds(scenario.parameters, 2);
  CHECK(fingerprint(seeds[0]) != fingerprint(seeds[1]));
}

TEST_CASE("a name that nothing is drawn for is told with its line", "[sandbox][parameters]") {
  CHECK(refusal(replaced(drawn_yaml(), "order {{order}} hangs", "order {{ordr}} hangs")) ==
        "scenario.yaml:12: there is no parameter \"ordr\"; did you mean \"order\"?");
  CHECK(refusal(replaced(shop_yaml, "orders hang", "{{x}} hangs")) ==
        "scenario.yaml:8: there is no parameter \"x\"");
  const test::ScenarioFolder folder;
  std::ofstream(folder.path() / "seed/shop.sql", std::ios::app) << "\n\n-- {{order}}\n";
  CHECK(test::error_of([&] {
          sandbox::load_scenario(folder.path());
        }).ends_with("seed/shop.sql:3: there is no parameter \"order\""));
}

TEST_CASE("what is the same for every attempt cannot be drawn", "[sandbox][parameters]") {
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {"title: Shop", "title: Shop {{order}}"},
           {"id: rows", "id: rows_{{order}}"},
           {"id: blocked", "id: blocked_{{order}}"},
           {"learner: {database: shop", "learner: {database: \"{{held}}\""}}) {
    INFO(by);
    CHECK(refusal(replaced(drawn_yaml(), what, by)).find("nothing drawn can stand here") !=
          std::string::npos);
  }
  CHECK(refusal(replaced(drawn_yaml(), "points: 40, seen", "points: \"{{order}}\", seen"))
            .find("\"points\" must be a whole number") != std::string::npos);
}

TEST_CASE("declarations that draw nothing, or what could break out, are refused",
          "[sandbox][parameters]") {
  CHECK(refused_parameters("  - {name: x, one_of: [a, \"b'; DROP\"]}\n") ==
        "scenario.yaml:9: \"b'; DROP\" cannot be drawn: a value is a plain name (lower-case "
        "letters, digits and _) or a whole number without a sign");
  CHECK(refused_parameters("  - {name: x, one_of: [a]}\n") ==
        "scenario.yaml:9: a choice needs two values");
  CHECK(refused_parameters("  - {name: x, one_of: [a, a]}\n") ==
        "scenario.yaml:9: \"a\" stands there twice");
  CHECK(refused_parameters("  - {name: x, from: 5, to: 5}\n") ==
        "scenario.yaml:9: \"to\" must be from 6 to 1000000000");
  CHECK(refused_parameters("  - {name: x, from: -5, to: 5}\n") ==
        "scenario.yaml:9: \"from\" must be from 0 to 1000000000");
  CHECK(refused_parameters("  - {name: x, from: 1, to: 5, one_of: [a, b]}\n") ==
        "scenario.yaml:9: give either \"one_of\" or \"from\" and \"to\"");
  CHECK(refused_parameters("  - {names: [x, y, z], one_of: [a, b]}\n") ==
        "scenario.yaml:9: 3 names for 2 values; none is drawn twice");
  CHECK(refused_parameters("  - {name: x, names: [y], one_of: [a, b]}\n") ==
        "scenario.yaml:9: give either \"name\" or \"names\"");
  CHECK(refused_parameters("  - {name: X, one_of: [a, b]}\n").find("is no plain name") !=
        std::string::npos);
  CHECK(refused_parameters("  - {name: x, one_of: [a, b]}\n  - {name: x, from: 1, to: 2}\n") ==
        "scenario.yaml:10: parameter \"x\" stands there twice");
}

TEST_CASE("lint tells of a parameter that nothing uses, and of scripts in all drawings",
          "[sandbox][parameters]") {
  const test::TemporaryDirectory root;
  const auto folder = root / "test/shop";
  const auto write = [&](const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  };
  write("scenario.yaml", drawn_yaml());
  write("seed/shop.sql", "CREATE TABLE public.orders (id int);\n");
  write("solutions/a.sql", "SELECT {{order}};\n");
  write("traps/none.sql", "-- @springs none\nSELECT 1;\n");
  const auto lint = [&] {
    std::string out;
    for (const auto& line : sandbox::lint_scenario(folder))
      out += replaced(line, folder.string() + "/", "") + "\n";
    return out;
  };
  CHECK(lint() == "scenario.yaml:9: nothing has {{other}}, which is drawn here\n");
  write("traps/none.sql", "-- @springs none\nSELECT '{{other}}';\n");
  CHECK(lint() == "");
  write("partial/b.sql", "SELECT 1;\nSELECT {{oder}};\n");
  CHECK(lint() == "partial/b.sql:2: there is no parameter \"oder\"; did you mean \"order\"?\n");
  write("partial/b.sql", "SELECT 1;\n");
  // A value of any drawing that says who is to blame.
  write("scenario.yaml", replaced(drawn_yaml(), "stock]", "rogue]"));
  CHECK(lint().find("the name \"rogue\" says \"rogue\"") != std::string::npos);
}
