// Which statement ended which session, asked of the card: every way of saying it, with the real
// server.
#include <libpq-fe.h>

#include <memory>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace json = boost::json;

namespace {

// Ends writer and then blocker; `#1` and so on are worked out from what the card says.
struct Form {
  const char* name;
  const char* text;
};

constexpr const char* own_pids =
    "SELECT max(pid) FILTER (WHERE application_name = 'app_writer') AS w,\n"
    "       max(pid) FILTER (WHERE application_name LIKE 'migration_runner%') AS b\n"
    "FROM pg_stat_activity \\gset\n";

const Form forms[] = {
    {"literal",
     "SELECT pg_terminate_backend(:w);\n"
     "SELECT pg_terminate_backend(:b);\n"},
    {"literal and timeout",
     "SELECT pg_terminate_backend(:w, 2000);\n"
     "SELECT pg_terminate_backend(:b, 2000);\n"},
    {"rows of pg_stat_activity",
     "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
     "'app_writer';\n"
     "SELECT pg_terminate_backend(pid) FROM pg_stat_activity\n"
     "WHERE state = 'idle in transaction' AND application_name LIKE 'migration_runner%';\n"},
    {"the pid beside the result",
     "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity\n"
     "WHERE md5(application_name) = md5('app_writer');\n"
     "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity\n"
     "WHERE md5(left(application_name, 16)) = md5('migration_runner');\n"},
    {"SQL PREPARE",
     "PREPARE finish(int) AS SELECT pg_terminate_backend($1);\n"
     "EXECUTE finish(:w);\n"
     "EXECUTE finish(:b);\n"},
    {"gexec",
     "SELECT 'SELECT pg_terminate_backend(' || :w || ')' \\gexec\n"
     "SELECT 'SELECT pg_terminate_backend(' || :b || ')' \\gexec\n"},
};

struct Ended {
  std::int64_t statement;
  std::string actor;
  std::string died;
  bool certain;
};

std::vector<Ended> ended_on(const std::string& card) {
  std::vector<Ended> out;
  const auto value = json::parse(card);
  for (const auto& item : value.at("detail").at("terminations").as_array())
    out.push_back({item.at("statement").as_int64(), std::string(item.at("actor").as_string()),
                   std::string(item.at("died").as_string()), item.at("certain").as_bool()});
  return out;
}

std::string card_of(const Lab& lab) { return lab.must({"score", lab.file().string(), "--json"}); }

void check_writer_then_blocker(const std::string& card) {
  const auto ended = ended_on(card);
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].actor == "app_writer");
  CHECK(ended[1].actor == "migration_runner");
  CHECK(ended[0].statement < ended[1].statement);
  for (const auto& row : ended) {
    CHECK(row.died == "57P01");
    CHECK(row.certain);
  }
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

std::string value_of(PGconn* connection, const char* text) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection, text), &PQclear);
  REQUIRE(PQntuples(result.get()) == 1);
  return PQgetvalue(result.get(), 0, 0);
}

void finish(PGconn* connection, const std::string& pid, bool prepared) {
  const char* values[] = {pid.c_str()};
  PGresult* result = nullptr;
  if (prepared) {
    PQclear(PQprepare(connection, "", "SELECT pg_terminate_backend($1)", 1, nullptr));
    result = PQexecPrepared(connection, "", 1, values, nullptr, nullptr, 0);
  } else {
    result = PQexecParams(connection, "SELECT pg_terminate_backend($1::int)", 1, nullptr, values,
                          nullptr, nullptr, 0);
  }
  REQUIRE(PQresultStatus(result) == PGRES_TUPLES_OK);
  PQclear(result);
}

}  // namespace

TEST_CASE("a termination belongs to the statement that sent it, however it is written",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  bool first = true;
  for (const auto& form : forms) {
    if (!first) lab.must({"postgres", "reset"});
    first = false;
    INFO(form.name);
    const auto typed = lab.psql(std::string(own_pids) + form.text);
    REQUIRE(typed.err.empty());
    lab.submit();
    const auto card = card_of(lab);
    INFO(card);
    check_writer_then_blocker(card);
    CHECK(lab.card().sprung == std::vector<std::string>{"writer-ended-first"});
  }
}

TEST_CASE("a pid that comes as a parameter of Bind is attributed", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  for (const bool prepared : {false, true}) {
    if (prepared) lab.must({"postgres", "reset"});
    const Connection connection(PQconnectdb(lab.dsn().c_str()), &PQfinish);
    REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
    const auto writer = value_of(connection.get(),
                                 "SELECT pid FROM pg_stat_activity WHERE application_name = "
                                 "'app_writer'");
    const auto blocker = value_of(connection.get(),
                                  "SELECT pid FROM pg_stat_activity WHERE application_name LIKE "
                                  "'migration_runner%'");
    finish(connection.get(), writer, prepared);
    finish(connection.get(), blocker, prepared);
    lab.submit();
    check_writer_then_blocker(card_of(lab));
  }
}

TEST_CASE("back to back, fifty times over, the order is the order of the statements",
          "[lab][postgres]") {
  const std::string writer =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'app_writer';\n";
  const std::string blocker =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE "
      "'migration_runner%';\n";
  Lab lab;
  lab.start();
  for (int round = 0; round < 50; ++round) {
    INFO("round " << round);
    if (round > 0) lab.must({"postgres", "reset"});
    const bool writer_first = round % 2 == 0;
    const auto typed = lab.psql(
        "\\i " + lab.write("pair.sql", writer_first ? writer + blocker : blocker + writer) + "\n");
    REQUIRE(typed.err.empty());
    lab.submit();
    const auto ended = ended_on(card_of(lab));
    REQUIRE(ended.size() == 2);
    CHECK(ended[0].actor == (writer_first ? "app_writer" : "migration_runner"));
    CHECK(ended[0].statement == 1);
    CHECK(ended[1].actor == (writer_first ? "migration_runner" : "app_writer"));
    CHECK(ended[1].statement == 2);
    CHECK(lab.card().sprung ==
          std::vector<std::string>{writer_first ? "writer-ended-first" : "writer-ended"});
  }
}

TEST_CASE("what cannot be known is ambiguous, and its rules are unknown", "[lab][postgres]") {
  Lab lab;
  lab.start();
  // One string, two blocks that can each have ended either session: nothing tells which did.
  const auto typed = lab.psql(
      "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity\n"
      "  WHERE application_name = 'app_writer'; END $$ \\; "
      "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity\n"
      "  WHERE application_name LIKE 'migration_runner%'; END $$;\n");
  REQUIRE(typed.err.empty());
  lab.submit();
  const auto card = card_of(lab);
  INFO(card);
  for (const auto& row : ended_on(card)) CHECK_FALSE(row.certain);
  const auto value = json::parse(card);
  int unknown = 0;
  for (const auto& check : value.at("checks").as_array()) {
    const auto& id = check.at("id").as_string();
    if (id != "writer-ended-first" && id != "writer-ended") continue;
    CHECK(check.at("verdict").as_string() == "unknown");
    ++unknown;
  }
  CHECK(unknown == 2);
}

TEST_CASE("a learner's own session with the blocker's name is no blocker", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.play_text(
      "-- @session migration_runner_9\n"
      "SELECT 'a decoy';\n"
      "-- @wait done migration_runner_9\n"
      "-- @session oncall\n"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity\n"
      "WHERE application_name = 'migration_runner_9';\n");
  lab.submit();
  const auto card = json::parse(card_of(lab));
  for (const auto& row : card.at("detail").at("terminations").as_array())
    CHECK(row.at("actor").as_string() == "");
  for (const auto& check : card.at("checks").as_array())
    if (check.at("id").as_string() == "writes-drain")
      CHECK(check.at("verdict").as_string() == "fail");
}
