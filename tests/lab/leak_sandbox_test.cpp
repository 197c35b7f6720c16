// The same in a whole run: what the server logs and shows, what ride asks of it itself, and what is
// left of all that when the run is over. See leak_test.cpp.
#include <libpq-fe.h>

#include <memory>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/planted.hpp"
#include "tests/lab/planted_statements.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;

namespace {

void check_clean(const std::string& what, std::string_view bytes) {
  INFO(what);
  const auto found = leaks(bytes);
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 40); ++i) UNSCOPED_INFO(found[i]);
  CHECK(found.size() == 0);
}

void check_files(const fs::path& folder) {
  for (const auto& content : files_below(folder)) check_clean(content.path.string(), content.bytes);
}

// Only what a learner may do, who is no superuser, and can leave behind.
const std::vector<std::string> left_behind = {
    "ALTER ROLE oncall SET a.password = '~'",
    "CREATE TABLE planted_default (dsn text DEFAULT 'host=h password=~')",
    "CREATE INDEX ON planted_default ((dsn || 'postgres://u:~@h/d'))",
    "DO $$ DECLARE password text := '~'; BEGIN RAISE WARNING 'it is %', password; END $$",
    "DO $$ DECLARE password text := '~'; BEGIN RAISE EXCEPTION 'it is %', password; END $$",
    "CREATE FUNCTION planted_raise(password text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE WARNING '%', current_query(); END $$",
    "SELECT planted_raise(password => '~')",
    "CREATE TEMP TABLE planted_users (name text, password text, n int CHECK (n > 0))",
    "INSERT INTO planted_users (name, password, n) VALUES ('bob', '~', -1)",
    "PREPARE planted_fails AS INSERT INTO planted_users (password, n) VALUES ($1, -1)",
    "EXECUTE planted_fails('~')",
    "SELECT pg_stat_statements_reset()",
    "SELECT query FROM pg_stat_statements",
};

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

// How many secrets were planted.
int plant(const Lab& lab) {
  const Connection connection(PQconnectdb(lab.dsn().c_str()), PQfinish);
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  auto statements = secret_statements();
  statements.insert(statements.end(), left_behind.begin(), left_behind.end());
  int number = 0;
  for (const auto& statement : statements) {
    PQsendQuery(connection.get(), planted_in(number++, statement).c_str());
    while (auto* result = PQgetResult(connection.get())) {
      char* row = nullptr;
      while (PQresultStatus(result) == PGRES_COPY_OUT &&
             PQgetCopyData(connection.get(), &row, 0) > 0)
        PQfreemem(row);
      PQclear(result);
    }
  }
  return number;
}

fs::path server_log(const Lab& lab) {
  const auto said = lab.psql("SELECT current_setting('log_directory')", {"-A", "-t", "-q"}).out;
  return said.substr(0, said.find('\n'));
}

std::string all_bytes(const fs::path& folder) {
  std::string out;
  for (const auto& content : files_below(folder)) out += content.bytes;
  return out;
}

}  // namespace

TEST_CASE("no planted secret is in a run's record, its log, its card or its story",
          "[lab][postgres]") {
  Lab lab;
  lab.start();
  const int count = plant(lab);
  const auto log = server_log(lab);
  CHECK_FALSE(leaks(all_bytes(log)).empty());  // the server does echo them
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"postgres", "log"}, {"postgres", "log", "--json"}, {"postgres", "status", "--json"}}) {
    const auto said = lab.ride(words);
    check_clean("ride " + words[1], said.out + said.err);
  }
  check_clean("ride postgres submit", lab.submit());
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"replay"}, {"replay", "--json"}, {"score"}, {"score", "--json"}}) {
    auto all = words;
    all.push_back(lab.file().string());
    const auto said = lab.ride(all);
    check_clean("ride " + words[0], said.out + said.err);
  }
  check_files(lab.home());
  lab.stop();
  CHECK_FALSE(fs::exists(log));
  check_files(lab.home());
  const auto record = all_bytes(lab.file().parent_path());
  for (int number = 0; number < count; ++number) {
    INFO(marker(number));
    CHECK(record.find(marker(number)) != std::string::npos);
  }
}

TEST_CASE("the server's log of a killed run is gone with the next command", "[lab][postgres]") {
  Lab lab;
  lab.start();
  plant(lab);
  const auto log = server_log(lab);
  REQUIRE_FALSE(leaks(all_bytes(log)).empty());
  lab.kill_supervisor();
  lab.ride({"postgres", "status"});
  lab.ride({"postgres", "gc"});
  CHECK_FALSE(fs::exists(log));
  check_files(lab.home());
}
