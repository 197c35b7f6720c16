#include "cli/config_file.hpp"

#include <fstream>
#include <sstream>

#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "tests/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::cli;
using ride::test::TemporaryDirectory;

namespace {

class File {
 public:
  explicit File(const std::string& content) { std::ofstream(path(), std::ios::binary) << content; }
  std::string path() const { return (folder_ / "proxy.conf").string(); }

 private:
  TemporaryDirectory folder_;
};

// What is said to be wrong with it, without the path.
std::string complaint(const File& file, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"ride",       "proxy", "--config",  file.path(),
                                 "--upstream", "/tmp",  "--journal", "/tmp"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<const char*> pointers;
  for (const auto& word : words) pointers.push_back(word.c_str());
  std::ostringstream out;
  std::ostringstream err;
  std::string said;
  try {
    const auto parsed = parse(static_cast<int>(pointers.size()), pointers.data(), out, err);
    CHECK(parsed.exit_code == (parsed.command ? 0 : 2));
    said = err.str();
  } catch (const Failure& failure) {
    CHECK(failure.code() == exit_usage);
    said = failure.what();
  }
  const auto found = said.find(file.path());
  return found == std::string::npos ? said : said.substr(found + file.path().size());
}

Proxy parsed(const File& file, std::vector<const char*> more = {}) {
  const auto path = file.path();
  std::vector<const char*> words{"ride", "proxy", "--config", path.c_str()};
  words.insert(words.end(), more.begin(), more.end());
  std::ostringstream out;
  std::ostringstream err;
  auto result = parse(static_cast<int>(words.size()), words.data(), out, err);
  INFO(err.str());
  REQUIRE(result.command);
  return std::get<Proxy>(*result.command);
}

}  // namespace

TEST_CASE("a configuration file sets what the options of the same names do", "[cli][config]") {
  const File file(
      "# the proxy of the orders database\n"
      "listen = 127.0.0.1:6432\n"
      "listen = /run/ride\n"
      "\n"
      "upstream = db.example:5432\r\n"
      "  journal=\"/var/lib/a folder\"\n"
      "reuse-port = true\n"
      "quiet = false\n"
      "startup-timeout = 7\n"
      "rotate-size = 1GiB");
  const auto proxy = parsed(file);
  CHECK(proxy.listen == std::vector<std::string>{"127.0.0.1:6432", "/run/ride"});
  CHECK(proxy.upstream == "db.example:5432");
  CHECK(proxy.journal == "/var/lib/a folder");
  CHECK(proxy.relay.reuse_port);
  CHECK_FALSE(proxy.quiet);
  CHECK(proxy.relay.limits.startup_wait_max == std::chrono::seconds(7));
  CHECK(proxy.rotate_size == "1GiB");
}

TEST_CASE("the command line goes before the file, for a list as a whole", "[cli][config]") {
  const File file("listen = 127.0.0.1:1\nlisten = 127.0.0.1:2\nupstream = /a\nthreads = 4\n");
  const auto proxy = parsed(file, {"--listen", "127.0.0.1:3", "--threads=2"});
  CHECK(proxy.listen == std::vector<std::string>{"127.0.0.1:3"});
  CHECK(proxy.upstream == "/a");
  CHECK(proxy.relay.threads == 2);
}

TEST_CASE("a mistake in the file is told with its line", "[cli][config]") {
  const std::string begin = "listen = 127.0.0.1:0\n\n";
  CHECK(complaint(File(begin + "max-conections = 5\n")) ==
        ":3: unknown setting \"max-conections\"; did you mean \"max-connections\"?");
  CHECK(complaint(File(begin + "xyzzy = 5\n")) ==
        ":3: unknown setting \"xyzzy\"; ride proxy --print-config lists all");
  CHECK(complaint(File(begin + "config = other.conf\n")).starts_with(":3: unknown setting"));
  CHECK(complaint(File(begin + "threads 4\n")) == ":3: \"threads 4\" is no NAME = VALUE");
  CHECK(complaint(File(begin + "threads =\n")) ==
        ":3: a value is missing; leave the line out for the default");
  CHECK(complaint(File(begin + "tls-cert = \"\"\n")) ==
        ":3: tls-cert is empty; leave the line out for the default");
  CHECK(complaint(File(begin + "journal = \"/tmp\n")) == ":3: a closing \" is missing");
  CHECK(complaint(File(begin + "reuse-port = yes\n")) == ":3: reuse-port = yes: say true or false");
  CHECK(complaint(File(begin + "threads = many\n")).starts_with(":3: "));
  CHECK(complaint(File(begin + "threads = many\n")).find("--threads") != std::string::npos);
  CHECK(complaint(File(begin + "threads = 0\n")).starts_with(":3: --threads"));
  CHECK(complaint(File(begin + "log-level = loud\n")).starts_with(":3: --log-level"));
  CHECK(complaint(File(begin + "rotate-size = 1 potato\n")).starts_with(":3: --rotate-size"));
  CHECK(complaint(File(begin + "rotate-age = soon\n")).find("say 90s, 30min, 24h or 7d") !=
        std::string::npos);
  CHECK(complaint(File(begin + std::string("\0\xff\x01 = \0\n", 7))).starts_with(":3: "));
}

TEST_CASE("a file that cannot be read is told, and so is one that is none", "[cli][config]") {
  const TemporaryDirectory folder;
  CHECK_THROWS_AS(read_config("/nowhere/proxy.conf"), Failure);
  CHECK_THROWS_AS(read_config(folder.path().string()), Failure);
  std::ofstream((folder / "large").string()) << std::string(1'100'000, '#');
  CHECK_THROWS_AS(read_config((folder / "large").string()), Failure);
}

TEST_CASE("what is printed as configuration is read as the same", "[cli][config]") {
  const auto first =
      parsed(File("listen = 127.0.0.1:0\nupstream = /a\nreuse-port = true\n"
                  "rotate-age = 24h\njournal = \" odd \"\n"));
  std::string printed;
  for (const auto& [name, value, line] : first.effective)
    printed += (value.empty() ? "# " : "") + name + " = " + quoted(value) + "\n";
  const auto second = parsed(File(printed));
  REQUIRE(first.effective.size() == second.effective.size());
  for (std::size_t i = 0; i < first.effective.size(); ++i) {
    CHECK(first.effective[i].name == second.effective[i].name);
    CHECK(first.effective[i].value == second.effective[i].value);
  }
  CHECK(second.journal == " odd ");
  CHECK(second.relay.limits.sessions_max == 1'000);
}
