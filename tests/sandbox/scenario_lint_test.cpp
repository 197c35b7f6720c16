#include "sandbox/scenario_lint.hpp"

#include <filesystem>
#include <fstream>

#include "sandbox/scenario_grants.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
using ride::test::replaced;
using ride::test::shop_yaml;
namespace fs = std::filesystem;

namespace {

// The shop's folder with scripts that fit, at a path that ends in its id.
class Shop {
 public:
  explicit Shop(const std::string& yaml = shop_yaml) : folder_(root_ / "test/shop") {
    write("scenario.yaml", yaml);
    write("seed/shop.sql", "CREATE TABLE public.orders (id int PRIMARY KEY, note text);\n");
    write("solutions/a.sql",
          "SELECT 1;\nSELECT pg_terminate_backend(7);\nALTER TABLE orders\n  DROP COLUMN x;\n");
    write("traps/none.sql", "-- @springs none\nSELECT 1;\n");
  }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  // One line each, without the folder.
  std::string lint() const {
    std::string out;
    for (const auto& line : sandbox::lint_scenario(folder_))
      out += replaced(line, folder_.string() + "/", "") + "\n";
    return out;
  }

 private:
  test::TemporaryDirectory root_;
  fs::path folder_;
};

}  // namespace

TEST_CASE("lint has nothing to say about a scenario that is fine", "[sandbox][scenario]") {
  CHECK(Shop().lint() == "");
}

TEST_CASE("lint names all unknown keys at once", "[sandbox][scenario]") {
  const Shop shop(replaced(replaced(shop_yaml, "every_ms", "evry_ms"), "topic:", "tpic:"));
  CHECK(shop.lint() ==
        "scenario.yaml:5: unknown key \"tpic\"; did you mean \"topic\"?\n"
        "scenario.yaml:30: unknown key \"evry_ms\"; did you mean \"every_ms\"?\n");
}

TEST_CASE("lint compares scripts with the rules", "[sandbox][scenario]") {
  const Shop shop;
  shop.write("traps/none.sql", "-- @springs nine\n");
  shop.write("traps/other.sql", "SELECT 1;\n");
  shop.write("partial/all.sql", "-- @expect 100\n");
  CHECK(shop.lint() ==
        "partial/all.sql:1: `-- @expect` must be below 100\n"
        "traps/none.sql:1: there is no trap \"nine\"; did you mean \"none\"?\n"
        "traps/other.sql:1: has no line `-- @springs ID` that names its trap\n"
        "scenario.yaml:68: no script in traps/ has the line `-- @springs none`\n");
}

TEST_CASE("lint wants a solution, three hints and the folder's own id", "[sandbox][scenario]") {
  Shop shop(replaced(replaced(shop_yaml, "id: test/shop", "id: test/shop2"), "\"locks queue\"",
                     "\"locks\", \"queue\""));
  shop.write("solutions/a.sql.txt", "");
  CHECK(shop.lint() ==
        "scenario.yaml:2: the folder's path does not end in \"test/shop2\"\n"
        "scenario.yaml:69: give three hints: where to look, what to look for, the mechanism\n");
}

TEST_CASE("a brief or hint with a solution's statement is a leak", "[sandbox][scenario]") {
  CHECK(Shop(replaced(shop_yaml, "orders hang", "Alter   TABLE orders hangs")).lint() ==
        "scenario.yaml:8: the brief says \"alter table orders\", which a solution does\n");
  CHECK(Shop(replaced(shop_yaml, "\"look\"", "\"call pg_terminate_backend\"")).lint() ==
        "scenario.yaml:69: a hint says \"pg_terminate_backend\", which a solution does\n");
}

TEST_CASE("a brief that names the session to be found is a leak", "[sandbox][scenario]") {
  CHECK(
      Shop(replaced(shop_yaml, "orders hang", "orders hang behind runner")).lint() ==
      "scenario.yaml:8: the brief names the session \"runner\", which is the learner's to find\n");
}

TEST_CASE("a seed with a solution's statement, or a telling word, is a leak",
          "[sandbox][scenario]") {
  const Shop shop;
  shop.write("seed/shop.sql",
             "CREATE TABLE public.orders (id int);\n-- the culprit\nALTER TABLE orders DROP "
             "COLUMN x;\n");
  CHECK(shop.lint() ==
        "seed/shop.sql:1: the seed has \"alter table orders drop column x\", which a solution "
        "does\n"
        "seed/shop.sql:2: the seed says \"culprit\": a learner may read it\n");
}

TEST_CASE("a session named after its guilt is a leak", "[sandbox][scenario]") {
  CHECK(Shop(replaced(shop_yaml, "role: deployer\n    database",
                      "application_name: lock_blocker\n    role: deployer\n    database"))
            .lint() ==
        "scenario.yaml:21: the name \"lock_blocker\" says \"blocker\": call it as its owner "
        "would\n");
}

TEST_CASE("the superuser runs a scenario's grants only where they are grants and stay inside",
          "[sandbox][scenario]") {
  using sandbox::trouble_with_grant;
  CHECK(trouble_with_grant("GRANT SELECT ON public.orders TO oncall") == "");
  CHECK(trouble_with_grant("GRANT ALTER SYSTEM ON PARAMETER work_mem TO oncall") == "");
  for (const char* grant :
       {"GRANT SELECT ON t TO oncall; COPY t TO PROGRAM 'sh'", "DROP TABLE t",
        "GRANT pg_execute_server_program TO oncall", "GRANT pg_Write_Server_Files TO oncall",
        "GRANT \"postgres\" TO oncall", "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO oncall",
        "GRANT SET ON PARAMETER work_mem, shared_preload_libraries TO oncall",
        "GRANT ALTER SYSTEM ON PARAMETER archive_command TO oncall", "GRANT nonsense"}) {
    INFO(grant);
    CHECK(trouble_with_grant(grant) != "");
  }
}
