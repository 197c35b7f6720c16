// What is said about scenarios and files without a run.
#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace json = boost::json;

TEST_CASE("list names the scenario, and show prints its brief without the cause", "[lab]") {
  const Lab lab;
  CHECK(lab.must({"postgres", "list"}).find(Lab::scenario) != std::string::npos);
  const auto shown = lab.must({"postgres", "show", Lab::scenario});
  CHECK(shown.find("Done means") != std::string::npos);
  CHECK(shown.find("migration_runner") == std::string::npos);
}

TEST_CASE("replay prints the statements of a file and their answers", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.psql("SELECT 'from the ' || 'learner';\n");
  lab.stop();
  const auto printed = lab.must({"replay", lab.file().string()});
  CHECK(printed.find("SELECT 'from the ' || 'learner'") != std::string::npos);
  CHECK(printed.find("from the learner") != std::string::npos);
  const auto lines = lab.must({"replay", lab.file().string(), "--json"});
  CHECK(json::parse(lines.substr(0, lines.find('\n'))).is_object());
}

TEST_CASE("recover finishes the file of a recorder that died, and can be repeated",
          "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.psql("SELECT 1;\n\\! kill -9 " + lab.run_value("supervisor") + "\n");
  lab.must({"postgres", "status"});
  const auto again = lab.must({"audit", "recover", lab.file().string()});
  CHECK(again.find("nothing to recover") != std::string::npos);
}
