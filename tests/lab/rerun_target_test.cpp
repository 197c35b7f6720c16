// A recording of `ride proxy` is carried out again on another server. In short: bench/rerun does
// it with ten thousand transactions.
#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/postgres.hpp"

using namespace ride::lab;
namespace json = boost::json;
using ride::test::Postgres;

namespace {

const std::string& pgbench() {
  static const std::string program = ride::test::postgres_programs() + "/pgbench";
  return program;
}

// What the four tables hold, without times.
std::string contents(const std::string& database) {
  std::string out;
  for (const auto* columns :
       {"aid, bid, abalance FROM pgbench_accounts", "bid, bbalance FROM pgbench_branches",
        "tid, bid, tbalance FROM pgbench_tellers", "tid, bid, aid, delta FROM pgbench_history"})
    out += Postgres::instance().value(
               "SELECT count(*) || ' ' || md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM "
               "(SELECT " +
                   std::string(columns) + ") t",
               database) +
           "\n";
  return out;
}

json::object rerun(const std::string& file, const std::string& target) {
  const auto done = run_ride({"replay", file, "--run", "--json", "--target", target});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  return json::parse(done.out).as_object();
}

std::string server(const std::string& database) {
  return "host=" + Postgres::instance().socket_directory() +
         " port=5432 user=oncall dbname=" + database;
}

}  // namespace

TEST_CASE("pgbench over four connections, carried out again, leaves the same tables",
          "[lab][postgres]") {
  Postgres::instance().value("CREATE DATABASE bench_then OWNER oncall");
  Postgres::instance().value("CREATE DATABASE bench_now OWNER oncall");
  ProxyProcess proxy;
  const auto at = "host=127.0.0.1 port=" + std::to_string(proxy.port()) +
                  " user=oncall dbname=bench_then sslmode=disable";
  REQUIRE(run_program({pgbench(), "-i", "-I", "dtGvp", "-q", at}).exit_code == 0);
  for (const auto* protocol : {"simple", "extended", "prepared"}) {
    const auto run = run_program({pgbench(), "-n", "-c", "4", "-t", "25", "-M", protocol, "-b",
                                  "tpcb-like@2", "-b", "simple-update", "-b", "select-only", at});
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
  }
  const auto file = proxy.file().string();
  REQUIRE(proxy.stop() == 0);
  const auto again = rerun(file, server("bench_now"));
  INFO(json::serialize(again));
  CHECK(again.at("same").as_bool());
  CHECK(again.at("took_us").to_number<std::int64_t>() > 0);
  CHECK(again.at("recorded_us").to_number<std::int64_t>() > 0);
  CHECK(contents("bench_now") == contents("bench_then"));
}

TEST_CASE("COPY data and errors are sent again as they were, on a cluster made for it",
          "[lab][postgres]") {
  ProxyProcess proxy;
  const auto typed = proxy.psql(
      "CREATE TEMP TABLE t (i int);\nCOPY t FROM STDIN;\n1\n2\n\\.\nSELECT count(*) FROM t;\n"
      "SELECT 1/0;\nSELECT 1; SELECT nowhere; SELECT 2;\n");
  INFO(typed.err);
  const auto file = proxy.file().string();
  REQUIRE(proxy.stop() == 0);
  const auto done = run_ride({"replay", file, "--run", "--json"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  const auto again = json::parse(done.out).as_object();
  CHECK(again.at("same").as_bool());
  CHECK(again.at("outcomes").as_object().at("compared").to_number<int>() >= 6);
}

TEST_CASE("a COPY whose data was cut is refused before anything runs", "[lab][postgres]") {
  ProxyProcess proxy;
  std::string input = "CREATE TEMP TABLE t (s text);\nCOPY t FROM STDIN;\n";
  for (int row = 0; row < 3'000; ++row) input += std::string(50, 'x') + "\n";
  proxy.psql(input + "\\.\n");
  const auto file = proxy.file().string();
  REQUIRE(proxy.stop() == 0);
  const auto refused = run_ride({"replay", file, "--run", "--target", server("nowhere")});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("#2 cannot be sent again: ") != std::string::npos);
  CHECK(refused.err.find("of its COPY data were not kept") != std::string::npos);
}
