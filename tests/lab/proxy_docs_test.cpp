// The commands that docs/proxy.md shows, with the configuration that it shows, by a shell.
#include <fstream>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;

namespace {

std::string page() {
  std::ostringstream out;
  out << std::ifstream(std::string(RIDE_DOCS) + "/proxy.md").rdbuf();
  return out.str();
}

// What stands in the one block of that language.
std::string block(const std::string& text, const std::string& language) {
  const auto begin = text.find("```" + language + "\n");
  REQUIRE(begin != std::string::npos);
  REQUIRE(text.find("```" + language + "\n", begin + 1) == std::string::npos);
  const auto from = begin + 4 + language.size();
  return text.substr(from, text.find("```", from) - from);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

TEST_CASE("the commands of docs/proxy.md work as they stand", "[lab][proxy][postgres]") {
  const ride::test::TemporaryDirectory folder;
  const auto port = std::to_string(free_port());
  const auto metrics = std::to_string(free_port());
  const auto here = [&](std::string text) {
    text = replaced(std::move(text), "6432", port);
    text = replaced(std::move(text), "9187", metrics);
    return replaced(std::move(text), "/run/postgresql:5432",
                    ride::test::Postgres::instance().socket_directory() + ":5432");
  };
  std::ofstream((folder / "proxy.conf").string()) << here(block(page(), "ini"));
  std::string script = "set -e\ncd " + folder.path().string() + "\n";
  int commands = 0;
  std::istringstream lines(here(block(page(), "console")));
  for (std::string line; std::getline(lines, line);) {
    REQUIRE(line.starts_with("$ "));
    line.erase(0, 2);
    ++commands;
    const bool curl = line.starts_with("curl ");
    if (curl && run_program({"sh", "-c", "command -v curl"}).exit_code != 0) continue;
    // What a person would wait for by looking.
    if (line.ends_with(" &")) line = line.substr(0, line.size() - 2) + " >said 2>log &";
    script += line + "\n";
    if (line.ends_with(" &")) script += "until grep -q ^recording said; do sleep 0.05; done\n";
    if (line.starts_with("kill $!")) script += "wait $!\n";
  }
  CHECK(commands == 7);
  const auto program = fs::path(RIDE_PROGRAM).parent_path().string();
  const auto done = run_program({"bash", "-c", script},
                                {"PATH=" + program + ":" + std::getenv("PATH"), "PGUSER=oncall",
                                 "PGDATABASE=postgres", "PGSSLMODE=disable"});
  INFO(done.err);
  CHECK(done.exit_code == 0);
  CHECK(done.out.find("SELECT 40 + 2") != std::string::npos);
  CHECK(done.out.find("rotate-age = 24h") != std::string::npos);
}
