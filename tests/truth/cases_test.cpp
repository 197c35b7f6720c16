#include "tests/truth/cases.hpp"

#include <signal.h>

#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using namespace ride::protocol;

namespace {

const Postgres& trial_server() {
  static const auto server = make_trial_server();
  return *server;
}

void run(const std::vector<TruthCase>& cases) {
  for (const auto& one : cases) {
    INFO(one.name);
    Trial trial(trial_server());
    one.run(trial);
    trial.end();
    CHECK(trial.told() == one.told);
    CHECK(trial.untruth() == "");
    CHECK(trial.facts().gaps.empty());
    forget_prepared(trial_server());
  }
}

}  // namespace

TEST_CASE("the outcomes of query strings are what the server did", "[postgres][truth]") {
  run(simple_cases());
}

TEST_CASE("the outcomes of pipelines and portals are what the server did", "[postgres][truth]") {
  run(extended_cases());
}

TEST_CASE("the outcomes of sessions that end in the middle are what the server did",
          "[postgres][truth]") {
  run(ending_cases());
}

TEST_CASE("the outcomes of two-phase commits are what the server did", "[postgres][truth]") {
  run(prepared_cases());
}

TEST_CASE("what commits by itself lasts though its pipeline fails", "[postgres][truth]") {
  Trial trial(trial_server());
  {
    Talk talk(trial.recording());
    talk.ask(Parse{"", "CREATE DATABASE lasts"}, Bind{}, Execute{}, Parse{"", put(1)}, Bind{},
             Execute{}, Parse{"", "SELECT 1/0"}, Bind{}, Execute{}, Sync{});
  }
  trial.end();
  const auto& statements = trial.facts().statements;
  REQUIRE(statements.size() == 3);
  CHECK(statements[0].outcome == "committed");
  CHECK(statements[1].outcome == "rolled back");
  CHECK(trial.server().value("SELECT 1 FROM pg_database WHERE datname = 'lasts'") == "1");
  CHECK(trial.untruth() == "");
}

TEST_CASE("a crash of the server undoes what was not committed", "[postgres][truth]") {
  const auto server = make_trial_server();
  Trial trial(*server);
  {
    Talk in_block(trial.recording());
    Talk at_work(trial.recording());
    Talk at_commit(trial.recording());
    in_block.sql(put(1));
    in_block.sql("BEGIN");
    in_block.sql(put(2));
    at_work.send(Query{call_put(3) + " FROM pg_sleep(60)"});
    at_commit.sql("BEGIN");
    at_commit.sql(put(4));
    at_commit.sql("INSERT INTO slow VALUES (60)");
    at_commit.send(Query{"COMMIT /*5*/"});
    trial.until(at_work.pid(), "PgSleep");
    trial.until(at_commit.pid(), "PgSleep");
    Talk victim(trial.recording());
    kill(victim.pid(), SIGKILL);
    for (auto* talk : {&in_block, &at_work, &at_commit, &victim}) {
      talk->send(Sync{});
      talk->answers();
    }
  }
  const auto is_up = [&] {
    try {
      return server->value("SELECT 1") == "1";
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  REQUIRE(eventually(is_up));
  trial.end();
  CHECK(trial.told() == std::vector<std::string>{"1 committed", "2 rolled back", "3 unknown",
                                                 "4 unknown", "5 unknown"});
  CHECK(trial.untruth() == "");
}
