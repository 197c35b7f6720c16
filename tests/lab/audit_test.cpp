// `ride audit` on files of real runs.
#include <libpq-fe.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/child.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<json::object> objects(const std::string& lines) {
  std::vector<json::object> out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = lines.find('\n', at);
    out.push_back(json::parse(lines.substr(at, end - at)).as_object());
    at = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE("audit list and show tell of a proxy's journal while it is written and after",
          "[lab][postgres]") {
  ProxyProcess proxy;
  proxy.psql("BEGIN;\nCREATE TABLE audited (id int);\nROLLBACK;\nSELECT 1/0;\n");
  const auto file = proxy.file().string();
  CHECK(contains(run_ride({"audit", "list", file}).out, "being written"));
  REQUIRE(proxy.stop() == 0);
  const auto listed = run_ride({"audit", "list", proxy.file().parent_path().string(), "--json"});
  REQUIRE(listed.exit_code == 0);
  CHECK(objects(listed.out).at(0).at("state") == "at rest");

  const auto shown = run_ride({"audit", "show", file, "--json"});
  REQUIRE(shown.exit_code == 0);
  std::vector<std::string> outcomes;
  for (const auto& one : objects(shown.out)) outcomes.emplace_back(one.at("outcome").as_string());
  CHECK(outcomes ==
        std::vector<std::string>{"rolled back", "rolled back", "rolled back", "failed"});
  const auto last = run_ride({"audit", "show", file, "4"});
  CHECK(contains(last.out, "sqlstate: 22012"));
  CHECK(run_ride({"audit", "show", file, "5"}).exit_code == 1);
  CHECK(run_ride({"audit", "show", file, "x"}).exit_code == 2);
}

TEST_CASE("audit list without a path is of this RIDE_HOME's attempts", "[lab]") {
  const Lab lab;
  const auto nothing = lab.ride({"audit", "list"});
  CHECK(nothing.exit_code == 1);
  CHECK(contains(nothing.err, lab.home().string()));
}

TEST_CASE(
    "audit export follows a folder of journals until nobody writes there, without loss or doubles",
    "[lab][postgres]") {
  ProxyProcess proxy;
  const auto folder = proxy.file().parent_path().string();
  const auto out = (proxy.folder() / "export.ndjson").string();
  ride::test::Child follower({RIDE_PROGRAM, "audit", "export", folder, "--follow", "-o", out});
  std::string input;
  for (int i = 0; i < 200; ++i) input += "SELECT " + std::to_string(i) + ";\n";
  proxy.psql(input);
  const auto load = [&] {
    std::ifstream file(out);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  ride::test::eventually([&] { return contains(load(), "\"SELECT 199\""); });
  proxy.psql(input);
  REQUIRE(proxy.stop() == 0);
  REQUIRE(follower.wait() == 0);
  std::set<std::int64_t> numbers;
  std::size_t statements = 0;
  std::size_t closed = 0;
  for (const auto& one : objects(load())) {
    if (one.at("type") == "statement") {
      ++statements;
      numbers.insert(one.at("n").to_number<std::int64_t>());
    }
    if (one.at("type") == "connection" && one.at("event") == "closed") ++closed;
  }
  CHECK(statements == 400);
  CHECK(numbers.size() == 400);
  CHECK(*numbers.rbegin() == 400);
  CHECK(closed == 2);
}

TEST_CASE("audit export follows a record from file to file, and sessions that move with it",
          "[lab][postgres]") {
  ProxyProcess proxy;
  const auto folder = proxy.file().parent_path();
  const auto out = (proxy.folder() / "export.ndjson").string();
  ride::test::Child follower(
      {RIDE_PROGRAM, "audit", "export", folder.string(), "--follow", "-o", out});
  const auto load = [&] {
    std::ifstream file(out);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::unique_ptr<PGconn, decltype(&PQfinish)> stays(PQconnectdb(proxy.dsn().c_str()), PQfinish);
  const auto ask = [&](const std::string& text) {
    PQclear(PQexec(stays.get(), text.c_str()));
    REQUIRE(ride::test::eventually([&] { return contains(load(), "\"" + text + "\""); }));
  };
  constexpr int files = 4;
  for (int file = 0; file < files; ++file) {
    ask("SELECT 'before " + std::to_string(file) + "'");
    proxy.psql("SELECT 'within " + std::to_string(file) + "';\n");
    if (file + 1 == files) break;
    proxy.process().signal(SIGUSR1);
    REQUIRE(ride::test::eventually([&] {
      return std::distance(std::filesystem::directory_iterator(folder), {}) > 0 &&
             contains(proxy.process().output(), "-000" + std::to_string(file + 2) + ".ride");
    }));
  }
  stays.reset();
  REQUIRE(proxy.stop() == 0);
  REQUIRE(follower.wait() == 0);
  std::multiset<std::string> texts;
  for (const auto& one : objects(load()))
    if (one.at("type") == "statement") texts.emplace(one.at("text").as_string());
  CHECK(texts.size() == 2 * files);
  for (int file = 0; file < files; ++file) {
    INFO(file);
    CHECK(texts.count("SELECT 'before " + std::to_string(file) + "'") == 1);
    CHECK(texts.count("SELECT 'within " + std::to_string(file) + "'") == 1);
  }

  // The files name each other, so one that is taken out is missed.
  const auto whole = run_ride({"audit", "verify", folder.string()});
  INFO(whole.out);
  CHECK(whole.exit_code == 0);
  CHECK(contains(whole.out, "4 files, none is missing between them"));
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".ride") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() == files);
  std::filesystem::rename(paths[1], proxy.folder() / "taken");
  const auto cut = run_ride({"audit", "verify", folder.string()});
  CHECK(cut.exit_code == 1);
  CHECK(contains(cut.out, paths[1].filename().string() +
                              " is missing: " + paths[0].filename().string() + " goes on in it"));
  const auto told = objects(run_ride({"audit", "verify", folder.string(), "--json"}).out);
  CHECK(told.back().at("sound") == false);
  CHECK(told.back().at("missing").as_array().size() == 2);
  std::filesystem::remove(paths[0]);
  CHECK(run_ride({"audit", "verify", folder.string()}).exit_code == 0);  // as after a prune
}

TEST_CASE("audit redact makes a copy that verifies, shows what it lost, and leaves the original",
          "[lab][postgres]") {
  ProxyProcess proxy;
  {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> session(
        PQconnectdb(proxy.dsn("application_name=anna-laptop").c_str()), PQfinish);
    const char* value = "ParameterTulip";
    PQclear(PQexecParams(session.get(), "SELECT $1::int", 1, nullptr, &value, nullptr, nullptr, 0));
    PQclear(PQexec(session.get(), "SELECT 'LiteralTulip', 'Row' || 'Tulip'"));
    PQclear(PQexec(session.get(), "DO $$ BEGIN RAISE NOTICE 'is %', 'Notice' || 'Tulip'; END $$"));
    PQclear(PQexec(session.get(), "SELECT pg_notify('channel', 'NotifyTulip'); LISTEN channel"));
  }
  REQUIRE(proxy.stop() == 0);
  const auto file = proxy.file().string();
  const auto copy =
      (proxy.folder() / "journal" / (proxy.file().stem().string() + ".redacted.ride"));
  const std::vector<std::string> home{"RIDE_HOME=" + (proxy.folder() / "home").string()};
  const auto read = [](const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const auto before = read(file);
  const auto done = run_ride({"audit", "redact", file, "--policy", "all", "--json"}, home);
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  const auto said = objects(done.out).at(0);
  CHECK(std::string(said.at("copy").as_string()) == copy.string());
  CHECK(said.at("counts").as_object().at("parameters") == 1);
  CHECK(read(file) == before);
  const auto bytes = read(copy);
  CHECK_FALSE(contains(bytes, "Tulip"));
  CHECK_FALSE(contains(bytes, "anna-laptop"));
  CHECK_FALSE(contains(bytes, "127.0.0.1"));
  CHECK_FALSE(std::filesystem::exists(copy.string() + "-wal"));
  const auto verified = run_ride({"audit", "verify", copy.string()});
  INFO(verified.out);
  CHECK(verified.exit_code == 0);
  CHECK(contains(verified.out, "by results,parameters,values,identities"));
  const auto receipt = std::string(said.at("receipt").as_string());
  CHECK(contains(verified.out, receipt));
  CHECK(run_ride({"audit", "verify", file, "--receipt", receipt}).exit_code == 0);
  CHECK(contains(run_ride({"audit", "show", copy.string()}).out, "This is a redacted copy"));
  const auto shown = objects(run_ride({"audit", "show", copy.string(), "--json"}).out);
  CHECK(shown.size() == objects(run_ride({"audit", "show", file, "--json"}).out).size());
  CHECK(shown.at(0).at("sqlstate") == "22P02");

  CHECK(run_ride({"audit", "redact", file, "--policy", "all"}, home).exit_code == 1);  // is there
  CHECK(run_ride({"audit", "redact", file, "--policy", "nonsense"}, home).exit_code == 2);
  CHECK(run_ride({"audit", "redact", file}, home).exit_code == 2);
  CHECK(run_ride({"audit", "redact", file + "x", "--policy", "all"}, home).exit_code == 1);
}

TEST_CASE("audit export says what is wrong with how it was called", "[lab]") {
  const auto wrong = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"audit", "export"});
    return run_ride(words).exit_code;
  };
  CHECK(wrong({"x.ride"}) == 1);
  CHECK(wrong({"x.ride", "--since", "whenever"}) == 2);
  CHECK(wrong({"x.ride", "--format", "xml"}) == 2);
  CHECK(wrong({"x.ride", "--format", "csv", "--json"}) == 2);
  CHECK(wrong({}) == 2);
}

TEST_CASE(
    "audit search finds words, says when it builds its index, and fails where nothing is found",
    "[lab][postgres]") {
  ProxyProcess proxy;
  proxy.psql("CREATE TABLE searched (name text);\nINSERT INTO searched VALUES ('tulip');\n");
  REQUIRE(proxy.stop() == 0);
  const auto file = proxy.file().string();
  const std::vector<std::string> home{"RIDE_HOME=" + (proxy.folder() / "home").string()};
  const auto first = run_ride({"audit", "search", file, "tulip"}, home);
  CHECK(first.exit_code == 0);
  CHECK(contains(first.out, "#2  connection 1"));
  CHECK(contains(first.out, "»tulip«"));
  CHECK(contains(first.err, "building its search index"));
  const auto again =
      run_ride({"audit", "search", file, "", "--relation", "searched", "--json"}, home);
  CHECK(again.err.empty());
  CHECK(objects(again.out).size() == 2);
  const auto nothing = run_ride({"audit", "search", file, "elephant"}, home);
  CHECK(nothing.exit_code == 1);
  CHECK(contains(nothing.err, "nothing found"));
  CHECK(run_ride({"audit", "search", file, "!!"}, home).exit_code == 2);
  CHECK(run_ride({"audit", "search", "tulip"}, home).exit_code == 2);
}

TEST_CASE("audit prune removes nothing unasked, and what it leaves verifies", "[lab][postgres]") {
  ProxyProcess proxy;
  proxy.psql("SELECT 1;\n");
  const auto file = proxy.file().string();
  const auto folder = proxy.file().parent_path().string();
  CHECK(contains(run_ride({"audit", "prune", folder, "--keep", "0", "--yes"}).out, "nothing"));
  REQUIRE(proxy.stop() == 0);
  const auto asked = run_ride({"audit", "prune", file, "--older-than", "0s"});
  CHECK(asked.exit_code == 1);
  CHECK(contains(asked.out, "would remove"));
  CHECK(run_ride({"audit", "prune", file, "--older-than", "0s", "--dry-run"}).exit_code == 0);
  CHECK(objects(run_ride({"audit", "show", file, "--json"}).out).size() == 1);
  REQUIRE(run_ride({"audit", "prune", file, "--older-than", "0s", "--yes"}).exit_code == 0);
  CHECK(run_ride({"audit", "show", file, "--json"}).out.empty());
  CHECK(run_ride({"audit", "verify", file}).exit_code == 0);
  CHECK(run_ride({"audit", "prune", folder, "--keep", "0", "--yes"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(run_ride({"audit", "prune", folder}).exit_code == 2);
}
