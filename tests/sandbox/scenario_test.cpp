#include "sandbox/scenario.hpp"

#include <filesystem>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
using ride::test::replaced;
using ride::test::shop_yaml;

namespace {

// The error's text without the folder: "scenario.yaml:5: …".
std::string refusal(const std::string& yaml) {
  const test::ScenarioFolder folder(yaml);
  try {
    sandbox::load_scenario(folder.path());
  } catch (const sandbox::ScenarioError& error) {
    return replaced(error.what(), folder.path().string() + "/", "");
  }
  return "";
}

}  // namespace

TEST_CASE("a scenario's folder is read whole", "[sandbox][scenario]") {
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  CHECK(scenario.rules.id == "test/shop");
  CHECK(scenario.environment.settings.at("deadlock_timeout") == "100ms");
  REQUIRE(scenario.environment.databases.size() == 1);
  CHECK(scenario.environment.databases[0].seed[0].sql.starts_with("CREATE TABLE"));
  CHECK(scenario.learner.database == "shop");
  CHECK(scenario.actor("runner").application_name == "runner");
  CHECK(scenario.actor("writer").on_killed == sandbox::OnKilled::reconnect);
  CHECK(scenario.actor("writer").loop->operation.values->to == 5);
  CHECK(scenario.fault[0].role == "deployer");
  CHECK(scenario.rules.fix[0].workload == std::vector<std::string>{"writer"});
}

TEST_CASE("an unknown key is named with its line and the nearest known key",
          "[sandbox][scenario]") {
  CHECK(refusal(replaced(shop_yaml, "fault:", "fautl:")) ==
        "scenario.yaml:38: unknown key \"fautl\"; did you mean \"fault\"?");
  CHECK(refusal(replaced(shop_yaml, "every_ms", "evry_ms")) ==
        "scenario.yaml:30: unknown key \"evry_ms\"; did you mean \"every_ms\"?");
  CHECK(refusal(replaced(shop_yaml, "topic:", "zzzzzzzzzzzz:")) ==
        "scenario.yaml:5: unknown key \"zzzzzzzzzzzz\"");
}

TEST_CASE("a value of the wrong type is refused where it stands", "[sandbox][scenario]") {
  CHECK(refusal(replaced(shop_yaml, "operations: 3", "operations: three")) ==
        "scenario.yaml:34: \"operations\" must be a whole number");
  CHECK(refusal(replaced(shop_yaml, "every_ms: 20", "every_ms: 0")) ==
        "scenario.yaml:30: \"every_ms\" must be from 1 to 60000");
  CHECK(refusal(replaced(shop_yaml, "login: false", "login: no")) ==
        "scenario.yaml:13: \"login\" must be true or false");
  CHECK(refusal(replaced(shop_yaml, "version: 1", "version: [1]")) ==
        "scenario.yaml:3: \"version\" must be a whole number");
  CHECK(refusal(replaced(shop_yaml, "format: 1", "format: 2")) ==
        "scenario.yaml:1: \"format\" must be from 1 to 1");
}

TEST_CASE("names that lead nowhere are refused with the nearest one", "[sandbox][scenario]") {
  CHECK(refusal(replaced(shop_yaml, "{start: writer}", "{start: writr}")) ==
        "scenario.yaml:41: there is no actor \"writr\"; did you mean \"writer\"?");
  CHECK(refusal(replaced(shop_yaml, "owner: shop_owner", "owner: shop_onwer")) ==
        "scenario.yaml:17: environment.roles has no role \"shop_onwer\"; did you mean "
        "\"shop_owner\"?");
  CHECK(refusal(replaced(shop_yaml, "    role: shop_user", "    role: shop_owner")) ==
        "scenario.yaml:26: environment.roles has no role \"shop_owner\" that can log in; did you "
        "mean \"shop_user\"?");
}

TEST_CASE("a scenario cannot take what is ride's own", "[sandbox][scenario]") {
  CHECK(refusal(replaced(shop_yaml, "name: deployer", "name: ride_check")) ==
        "scenario.yaml:15: role \"ride_check\" is ride's or PostgreSQL's own");
  CHECK(refusal(replaced(shop_yaml, "deadlock_timeout: 100ms", "listen_addresses: '*'")) ==
        "scenario.yaml:11: setting \"listen_addresses\" is ride's own, runs a program, or is none");
  CHECK(refusal(replaced(shop_yaml, "member_of: [shop_owner]}\n",
                         "member_of: [pg_execute_server_program]}\n"))
            .find("environment.roles has no role \"pg_execute_server_program\"") !=
        std::string::npos);
}

TEST_CASE("seed files stay inside the scenario's folder", "[sandbox][scenario]") {
  CHECK(refusal(replaced(shop_yaml, "seed/shop.sql", "../../etc/passwd")) ==
        "scenario.yaml:17: \"../../etc/passwd\" must stay inside the scenario's folder");
  CHECK(refusal(replaced(shop_yaml, "seed/shop.sql", "/etc/passwd")) ==
        "scenario.yaml:17: \"/etc/passwd\" must stay inside the scenario's folder");
  CHECK(refusal(replaced(shop_yaml, "seed/shop.sql", "seed/nothing.sql"))
            .find("scenario.yaml:17: there is no file ") == 0);

  const test::ScenarioFolder folder(replaced(shop_yaml, "seed/shop.sql", "seed/link.sql"));
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "seed/link.sql");
  CHECK(test::error_of([&] { sandbox::load_scenario(folder.path()); }).find("must stay inside") !=
        std::string::npos);
}

TEST_CASE("broken YAML and missing keys are told with their line", "[sandbox][scenario]") {
  CHECK(refusal("format: [1\nid: x\n").find("scenario.yaml:") == 0);
  CHECK(refusal("- 1\n") == "scenario.yaml:1: must be a map of keys");
  CHECK(refusal(replaced(shop_yaml, "title: Shop\n", "")) ==
        "scenario.yaml:1: \"the file\" has no \"title\"");
  CHECK(refusal(replaced(shop_yaml, "title: Shop\n", "title: Shop\ntitle: Again\n")) ==
        "scenario.yaml:5: \"title\" stands there twice");
}

TEST_CASE("a rule that its own validation refuses is told with its line", "[sandbox][scenario]") {
  CHECK(refusal(replaced(shop_yaml, "SELECT n AS statement FROM statements\"",
                         "SELECT nothing FROM statements\""))
            .find("scenario.yaml:55: looked: seen: ") == 0);
  CHECK(
      refusal(replaced(shop_yaml, "points: 40, seen", "points: 39, seen")).find("scenario.yaml:") ==
      0);
}

TEST_CASE("operations of actors that make no sense are told with their line",
          "[sandbox][scenario]") {
  const auto loop_with = [](const std::string& by) {
    return refusal(replaced(shop_yaml, "every_ms: 20", by));
  };
  CHECK(loop_with("statements: [SELECT 1]").find("give one of \"sql\", \"statements\" and") !=
        std::string::npos);
  CHECK(loop_with("per_row: SELECT 1").find("\"per_row\" needs a $1 for the value") !=
        std::string::npos);
  CHECK(loop_with("every_ms: 1\n      per_second: 5").find("give one of \"every_ms\" and") !=
        std::string::npos);
  CHECK(loop_with("retry: {errors: [deadlock], first_ms: 1, max_ms: 1}")
            .find("\"errors\" is a list of SQLSTATEs") != std::string::npos);
  CHECK(loop_with("retry: {errors: [55P03], first_ms: 2, max_ms: 1}").find("scenario.yaml:") == 0);
  CHECK(refusal(replaced(shop_yaml, "on_killed: stay_dead", "reconnect: {first_ms: 1, max_ms: 2}"))
            .find("\"reconnect\" needs \"on_killed: reconnect\"") != std::string::npos);
  CHECK(refusal(replaced(shop_yaml, "on_killed: stay_dead", "sessions: 200"))
            .find("more than 200 sessions of all actors together") != std::string::npos);
  CHECK(refusal(replaced(shop_yaml,
                         "{from: 6, to: 8}\n      sql: UPDATE public.orders SET note = "
                         "'y' WHERE id = $1",
                         "{from: 6, to: 8}\n      transaction: [SELECT 1, SELECT 2]"))
            .find("\"values\" needs a $1 in a statement") != std::string::npos);
}

TEST_CASE("YAML that stands for more than it says is refused before it is built",
          "[sandbox][scenario]") {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'i'; ++c)
    bomb += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ", *" + char(c - 1) + "]\n";
  CHECK(refusal(bomb) == "scenario.yaml:2: aliases (*name) are not read; write it out");
  CHECK(refusal("a: " + std::string(100'000, '[')).find("nested deeper than 16 levels") !=
        std::string::npos);
  CHECK(refusal("a: " + std::string(100'000, '{')).find("nested deeper than 16 levels") !=
        std::string::npos);
  std::string deep;
  for (int level = 0; level < 400; ++level) deep += std::string(level, ' ') + "a:\n";
  CHECK(refusal(deep) == "scenario.yaml:17: nested deeper than 16 levels");
  std::string many = "a:\n";
  for (int i = 0; i < 30'000; ++i) many += "- x\n";
  CHECK(refusal(many) == "scenario.yaml:19999: more than 20000 values");
  CHECK(refusal(std::string(shop_yaml) + "---\na: 1\n").find("a second document") !=
        std::string::npos);
  CHECK(refusal(std::string(600'000, '#')).find("scenario.yaml") != std::string::npos);
}

TEST_CASE("a rule that would write, or read more than the vocabulary, is refused",
          "[sandbox][scenario]") {
  for (const char* sql :
       {"INSERT INTO statements DEFAULT VALUES", "DELETE FROM fact_statement",
        "ATTACH 'other.ride' AS o", "PRAGMA writable_schema=on", "SELECT * FROM event",
        "SELECT writefile('x', 'y')", "SELECT load_extension('x')",
        "SELECT 1 AS statement; DROP TABLE event"}) {
    INFO(sql);
    CHECK(refusal(replaced(shop_yaml, "SELECT n AS statement FROM statements\"",
                           std::string(sql) + "\""))
              .find("scenario.yaml:55: looked: seen: ") == 0);
  }
}

TEST_CASE("a seed that is too large is refused unread", "[sandbox][scenario]") {
  const test::ScenarioFolder folder;
  std::filesystem::resize_file(folder.path() / "seed/shop.sql", 1ULL << 40U);
  CHECK(test::error_of([&] {
          sandbox::load_scenario(folder.path());
        }).find("scenario.yaml:17: the seed files are too large") != std::string::npos);
}

TEST_CASE("a folder that is a link out of the scenario's is refused", "[sandbox][scenario]") {
  const test::TemporaryDirectory elsewhere;
  std::ofstream(elsewhere / "a.sql") << "SELECT 1;";
  const test::ScenarioFolder folder(replaced(shop_yaml, "seed/shop.sql", "more/a.sql"));
  std::filesystem::create_directory_symlink(elsewhere.path(), folder.path() / "more");
  CHECK(test::error_of([&] { sandbox::load_scenario(folder.path()); }).find("must stay inside") !=
        std::string::npos);
}

TEST_CASE("settings that run programs are refused", "[sandbox][scenario]") {
  for (const char* setting : {"archive_command", "restore_command", "session_preload_libraries",
                              "dynamic_library_path", "archive_library"}) {
    INFO(setting);
    CHECK(refusal(replaced(shop_yaml, "deadlock_timeout: 100ms", std::string(setting) + ": x"))
              .find("runs a program") != std::string::npos);
  }
}

TEST_CASE("ids can be used up where the server's own programs can be run", "[sandbox][scenario]") {
  const std::string used_up = "transaction_ids: {left: 200}\n  settings:";
  CHECK(refusal(replaced(shop_yaml, "settings:", used_up)).find("say modes: [local]") !=
        std::string::npos);
  const test::ScenarioFolder folder(
      replaced(shop_yaml, "settings:", "modes: [local]\n  " + used_up));
  CHECK(sandbox::load_scenario(folder.path()).environment.transaction_ids_left == 200);
}

TEST_CASE("scenarios are found by folder and the nearest id is named", "[sandbox][scenario]") {
  const test::TemporaryDirectory root;
  for (const char* id : {"stage-12/02-release-fallout", "stage-1/01-start"}) {
    std::filesystem::create_directories(root / id);
    std::ofstream((root / id) / "scenario.yaml") << "format: 1\n";
  }
  const auto ids = sandbox::find_scenarios(root.path());
  CHECK(ids == std::vector<std::string>{"stage-1/01-start", "stage-12/02-release-fallout"});
  CHECK(sandbox::nearest_id("stage-12/02-release-falout", ids) == "stage-12/02-release-fallout");
  CHECK(sandbox::nearest_id("release-fallout", ids) == "stage-12/02-release-fallout");
  CHECK(sandbox::nearest_id("nothing like it", ids) == "");
}

TEST_CASE("servers beside the main one are read, and asked for by their names",
          "[sandbox][scenario]") {
  const std::string servers =
      "environment:\n  modes: [local]\n  servers:\n    - {name: standby, kind: standby}\n";
  const auto yaml = replaced(shop_yaml, "environment:\n", servers);
  const test::ScenarioFolder folder(yaml);
  const auto scenario = sandbox::load_scenario(folder.path());
  REQUIRE(scenario.environment.servers.size() == 1);
  CHECK(scenario.environment.servers[0].name == "standby");
  CHECK(scenario.actor("writer").server.empty());

  CHECK(refusal(replaced(yaml, "kind: standby", "kind: replica")).find("a kind is standby") !=
        std::string::npos);
  CHECK(refusal(replaced(yaml, "name: standby", "name: main"))
            .find("is the server that is always there") != std::string::npos);
  CHECK(refusal(replaced(yaml, "  modes: [local]\n", "")).find("write \"modes: [local]\"") !=
        std::string::npos);
  CHECK(
      refusal(replaced(
                  yaml, "actors:\n",
                  "actors:\n  - {name: reader, role: shop_user, server: stanby, database: shop}\n"))
          .find("no server \"stanby\"; did you mean \"standby\"?") != std::string::npos);
}
