#include "sql/where.hpp"

#include "tests/catch.hpp"

namespace ride::sql {
namespace {

using Source = SignalQuery::Source;

Session session(std::int64_t pid, std::string application, std::string state = "active") {
  Session out;
  out.pid = pid;
  out.columns = {{"application_name", std::move(application)},
                 {"datname", "app_db"},
                 {"usename", "app_user"},
                 {"state", std::move(state)},
                 {"wait_event_type", std::nullopt},
                 {"backend_type", "client backend"}};
  return out;
}

Context context() {
  Context out;
  out.own_pid = 99;
  out.current_user = "oncall";
  out.session_user = "oncall";
  out.current_database = "app_db";
  return out;
}

// Which of three sessions a statement would signal: y, n or ? for each.
std::string signalled(std::string_view text, const Context& given = context()) {
  const auto query = signal_query(text);
  if (!query) return "(no signal)";
  std::string out;
  for (const Session& one : {session(11, "migration_runner_7", "idle in transaction"),
                             session(12, "app_writer"), session(99, "psql")}) {
    const Truth truth = matches(*query, one, given);
    out += truth == Truth::yes ? 'y' : truth == Truth::no ? 'n' : '?';
  }
  return out + (query->limited ? " limited" : "");
}

std::string from_activity(std::string_view where) {
  return signalled("select pg_terminate_backend(pid) from pg_stat_activity where " +
                   std::string(where));
}

TEST_CASE("the pid may stand in the statement itself", "[sql][where]") {
  const auto literal = signal_query("select pg_terminate_backend(4711)");
  REQUIRE(literal);
  CHECK((literal->source == Source::literal && literal->pid == 4711));
  CHECK(literal->function == "pg_terminate_backend");
  CHECK(signal_query("select pg_catalog.pg_cancel_backend('12'::int, 5)")->pid == 12);
  const auto parameter = signal_query("select pg_terminate_backend($2)");
  CHECK((parameter->source == Source::parameter && parameter->parameter == 2));
  CHECK(signalled("select pg_terminate_backend(11)") == "???");
}

TEST_CASE("statements that signal nobody", "[sql][where]") {
  for (const auto* text :
       {"select pid from pg_stat_activity", "explain select pg_terminate_backend(1)",
        "prepare p as select pg_terminate_backend(1)", "select 'pg_terminate_backend(1)'",
        "create view v as select pg_terminate_backend(1)", "select s.pg_terminate_backend(1)",
        "selec pg_terminate_backend(1)", ""})
    CHECK_FALSE(signal_query(text));
}

TEST_CASE("WHERE selects sessions", "[sql][where]") {
  CHECK(signalled("select pg_terminate_backend(pid) from pg_stat_activity") == "yyy");
  CHECK(from_activity("application_name = 'app_writer'") == "nyn");
  CHECK(from_activity("application_name like 'migration\\_runner%'") == "ynn");
  CHECK(from_activity("application_name ilike '%RUNNER_7'") == "ynn");
  CHECK(from_activity("application_name ~ '^migration'") == "ynn");
  CHECK(from_activity("application_name !~* 'APP'") == "yny");
  CHECK(from_activity("state = 'idle in transaction' and pid <> pg_backend_pid()") == "ynn");
  CHECK(from_activity("pid != pg_backend_pid() and datname = current_database()") == "yyn");
  CHECK(from_activity("application_name in ('psql', 'app_writer')") == "nyy");
  CHECK(from_activity("application_name not in ('psql', 'app_writer')") == "ynn");
  CHECK(from_activity("pid = any (array[11, 12])") == "yyn");
  CHECK(from_activity("pid = any ('{11,12}'::int[])") == "yyn");
  CHECK(from_activity("pid <> all ('{11,12}')") == "nny");
  CHECK(from_activity("pid between 12 and 20 or pid = 99") == "nyy");
  CHECK(from_activity("not (pid >= 12)") == "ynn");
  CHECK(from_activity("wait_event_type is null") == "yyy");
  CHECK(from_activity("wait_event_type is not null") == "nnn");
  CHECK(from_activity("pid::text = '12'") == "nyn");
  CHECK(from_activity("lower(application_name) = 'app_writer'::text") == "nyn");
  CHECK(from_activity("coalesce(wait_event_type, 'none') = 'none'") == "yyy");
  CHECK(from_activity("usename = current_user") == "nnn");
  CHECK(from_activity("(pid = 11) is true") == "ynn");
  CHECK(from_activity("application_name is distinct from 'psql'") == "yyn");
  CHECK(from_activity("application_name operator(pg_catalog.=) 'psql'") == "nny");
  CHECK(from_activity("true") == "yyy");
}

TEST_CASE("NULL selects nobody", "[sql][where]") {
  CHECK(from_activity("wait_event_type = 'Lock'") == "nnn");
  CHECK(from_activity("not (wait_event_type = 'Lock')") == "nnn");
  CHECK(from_activity("wait_event_type = 'Lock' or pid = 11") == "ynn");
  CHECK(from_activity("wait_event_type in ('Lock', null)") == "nnn");
}

TEST_CASE("what is not known or not understood cannot be told", "[sql][where]") {
  CHECK(from_activity("query like '%orders%'") == "???");
  CHECK(from_activity("now() - state_change > interval '1 min'") == "???");
  CHECK(from_activity("f(pid)") == "???");
  CHECK(from_activity("application_name = 'app_writer' and f(pid)") == "n?n");
  CHECK(from_activity("application_name = 'app_writer' or f(pid)") == "?y?");
  CHECK(from_activity("pid in (select pid from pg_locks)") == "???");
  CHECK(from_activity("application_name > 'b'") == "???");
  CHECK(from_activity("application_name similar to 'a'") == "???");
  CHECK(from_activity("application_name ~ '\\mapp'") == "???");
  CHECK(from_activity("no_such_column = 1") == "???");
  CHECK(from_activity("application_name = $1") == "???");
}

TEST_CASE("parameters are given as text", "[sql][where]") {
  Context given = context();
  given.parameters = {"app_writer", "{11,12}", std::nullopt};
  const auto with = [&](std::string where) {
    return signalled("select pg_terminate_backend(pid) from pg_stat_activity where " + where,
                     given);
  };
  CHECK(with("application_name = $1") == "nyn");
  CHECK(with("pid = any($2)") == "yyn");
  CHECK(with("application_name = $3") == "nnn");
  CHECK(with("application_name = $4") == "???");
}

TEST_CASE("aliases, subqueries and CTEs are followed", "[sql][where]") {
  CHECK(signalled("select a.pid, pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity as a "
                  "where a.application_name = 'psql'") == "nny");
  CHECK(signalled("select pg_terminate_backend(pid) from (select pid from pg_stat_activity where "
                  "application_name = 'psql') s") == "nny");
  CHECK(signalled("select pg_terminate_backend(s.victim) from (select pid as victim, "
                  "application_name an from pg_stat_activity where pid <> 99) s where s.an <> "
                  "'app_writer'") == "ynn");
  CHECK(signalled("with v as (select pid from pg_stat_activity where pid > 11) select "
                  "pg_terminate_backend(pid) from v") == "nyy");
  CHECK(signalled("with v as (select * from pg_stat_activity), w as (select * from v where pid > "
                  "11) select pg_terminate_backend(pid) from w where state = 'active'") == "nyy");
  CHECK(signalled("select pg_terminate_backend((select pid from pg_stat_activity where "
                  "application_name = 'psql' limit 1))") == "nny limited");
  CHECK(signalled("with k as (select pg_terminate_backend(pid) from pg_stat_activity where pid = "
                  "12) select count(*) from k") == "nyn");
  CHECK(signalled("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid = 12") ==
        "nyn");
  CHECK(signalled("copy (select pg_terminate_backend(pid) from pg_stat_activity where pid = 12) to "
                  "stdout") == "nyn");
  CHECK(signalled("explain analyze select pg_terminate_backend(pid) from pg_stat_activity where "
                  "pid = 12") == "nyn");
}

TEST_CASE("LIMIT may leave some out", "[sql][where]") {
  CHECK(from_activity("pid > 11 order by backend_start limit 1") == "nyy limited");
  CHECK(from_activity("pid > 11 offset 1") == "nyy limited");
  CHECK(signalled("select * from (select pg_terminate_backend(pid) from pg_stat_activity) s limit "
                  "1") == "yyy limited");
}

TEST_CASE("a join leaves out only whom the rest excludes", "[sql][where]") {
  CHECK(signalled("select pg_terminate_backend(a.pid) from pg_stat_activity a join pg_locks l on "
                  "l.pid = a.pid and a.pid < 50 where a.application_name <> 'app_writer' and "
                  "l.granted") == "?nn");
  CHECK(signalled("select pg_terminate_backend(b.pid) from pg_stat_activity b, pg_stat_activity w "
                  "where w.application_name = 'app_writer' and b.pid = 11") == "?nn");
  CHECK(signalled("select pg_terminate_backend(l.pid) from pg_locks l") == "???");
  CHECK(signalled("select pg_terminate_backend(pid) from pg_stat_activity a left join pg_locks l "
                  "using (pid) where pid = 11") == "???");
}

TEST_CASE("calls that run for an unknown choice of rows", "[sql][where]") {
  for (const auto* text :
       {"select case when pid > 1 then pg_terminate_backend(pid) end from pg_stat_activity",
        "select pid from pg_stat_activity where pg_terminate_backend(pid)",
        "select pg_terminate_backend(pid), pg_terminate_backend(pid) from pg_stat_activity",
        "select pg_terminate_backend(pid) from my.pg_stat_activity",
        "with pg_stat_activity as (select 1 as pid) select pg_terminate_backend(pid) from "
        "pg_stat_activity",
        "select pg_terminate_backend(leader_pid) from pg_stat_activity",
        "select pg_terminate_backend(x) from pg_stat_activity as a(x)",
        "insert into t select pg_terminate_backend(pid) from pg_stat_activity",
        "select pg_terminate_backend(pid) from pg_stat_activity union select true",
        "select pg_terminate_backend(unnest(pg_blocking_pids(11)))"})
    CHECK(signalled(text) == "???");
  CHECK(signalled("select pg_terminate_backend(pid) from pg_stat_activity where pid = 11 group by "
                  "pid") == "?nn");
}

TEST_CASE("a condition nested beyond the limit cannot be told", "[sql][where]") {
  std::string where = "pid = 11";
  for (int i = 0; i < 300; ++i) where = "not (" + where + ")";
  CHECK(from_activity(where) == "???");
}

}  // namespace
}  // namespace ride::sql
