// What `cmake --install` puts on a machine beside the program: manual pages, completions, a unit
// for systemd and a configuration, each of which must fit the program.
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::lab;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

bool installed(const std::string& program) {
  return run_program({"sh", "-c", "command -v " + program}).exit_code == 0;
}

void install(const fs::path& prefix) {
  const auto done = run_program({"cmake", "--install", RIDE_BUILD, "--prefix", prefix.string()});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
}

// "--listen" and so on, of what the program says of itself.
std::set<std::string> options_in(const std::string& text) {
  static const std::regex option("--[a-z][a-z-]+");
  return {std::sregex_token_iterator(text.begin(), text.end(), option), {}};
}

std::string plain(std::string roff) {
  return std::regex_replace(std::move(roff), std::regex(R"(\\-)"), "-");
}

std::string completed(const fs::path& completions, const std::string& words) {
  const auto done = run_program(
      {"bash", "-c",
       "source " + completions.string() + "; COMP_WORDS=(" RIDE_PROGRAM " " + words +
           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ride; echo \"${COMPREPLY[*]}\""});
  return done.out.substr(0, done.out.find('\n'));
}

}  // namespace

TEST_CASE("the manual pages that are installed have every command and option of the program",
          "[lab][install]") {
  const TemporaryDirectory prefix;
  install(prefix.path());
  const auto man = prefix / "share/man/man1";
  const auto proxy = plain(read(man / "ride-proxy.1"));
  const auto options = options_in(run_ride({"proxy", "--help"}).out);
  CHECK(options.size() > 30);
  const auto told = options_in(proxy);
  for (const auto& option : options) {
    INFO(option);
    CHECK(told.contains(option));
  }
  const auto all = plain(read(man / "ride.1"));
  for (const auto* command :
       {"ride postgres start", "ride score", "ride replay", "ride audit recover"})
    CHECK(all.find(".SS \"" + std::string(command) + "\"") != std::string::npos);
  for (const auto& option : options_in(run_ride({"postgres", "start", "--help"}).out))
    CHECK(options_in(all).contains(option));
  if (installed("groff")) {
    for (const auto* page : {"ride.1", "ride-proxy.1"}) {
      const auto shown =
          run_program({"groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-z", (man / page).string()});
      CHECK(shown.err.empty());
    }
  }
}

TEST_CASE("completions offer what the program has, and no more", "[lab][install]") {
  if (!installed("bash")) {
    WARN("SKIPPED: there is no bash");
    return;
  }
  const TemporaryDirectory prefix;
  install(prefix.path());
  const auto file = prefix / "share/bash-completion/completions/ride";
  CHECK(completed(file, "prox") == "proxy");
  CHECK(completed(file, "postgres st") == "start status stop");
  CHECK(completed(file, "proxy --rotate-") == "--rotate-size --rotate-age");
  CHECK(completed(file, "proxy --no-such") == "");
  CHECK(completed(file, "audit recover --js") == "--json");
  CHECK(completed(file, "score " + (prefix / "share/rid").string()) ==
        (prefix / "share/ride").string());
}

TEST_CASE("the unit that is installed is one that systemd takes, and fits the program",
          "[lab][install]") {
  const TemporaryDirectory prefix;
  install(prefix.path());
  auto unit = read(prefix / "lib/systemd/system/ride-proxy.service");
  std::smatch command;
  REQUIRE(std::regex_search(unit, command, std::regex("ExecStart=(\\S+)/ride proxy (.*)")));
  // Its command line is one that the program takes, but for the place of its configuration.
  std::vector<std::string> words{"proxy"};
  std::istringstream in(command[2]);
  for (std::string word; in >> word;)
    words.push_back(word == "/etc/ride/proxy.conf" ? (prefix / "share/ride/proxy.conf").string()
                                                   : word);
  words.emplace_back("--print-config");
  const auto printed = run_ride(words);
  INFO(printed.err);
  CHECK(printed.exit_code == 0);
  CHECK(printed.out.find("metrics = 127.0.0.1:9187\n") != std::string::npos);

  if (!installed("systemd-analyze")) {
    WARN("SKIPPED: there is no systemd-analyze");
    return;
  }
  const auto file = prefix / "ride-proxy.service";
  std::ofstream(file.string()) << std::regex_replace(unit, std::regex("ExecStart=\\S+/ride "),
                                                     "ExecStart=" RIDE_PROGRAM " ");
  const auto verified = run_program({"systemd-analyze", "verify", "--man=no", file.string()});
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  CHECK(verified.err.find("ride-proxy.service:") == std::string::npos);
  const auto exposed = run_program(
      {"systemd-analyze", "security", "--offline=true", "--threshold=25", file.string()});
  INFO(exposed.out);
  CHECK(exposed.exit_code == 0);
}
