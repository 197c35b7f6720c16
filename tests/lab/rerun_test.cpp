// What was recorded through the real proxy is carried out again, to the same verdict. In short:
// bench/rerun does it ten times for each script.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

json::object rerun(const Lab& lab, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"replay", lab.file().string(), "--run", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return json::parse(lab.must(words)).as_object();
}

// Outcomes of statements about live sessions may differ (how many rows an actor's session has), the
// grade must not.
void check_same_verdict(const Lab& lab) {
  const auto again = rerun(lab);
  INFO(json::serialize(again));
  CHECK(again.at("verdict").as_object().at("same").as_bool());
  CHECK(again.if_contains("stopped") == nullptr);
}

// Every third trap script, from this one on.
void check_traps(std::size_t from) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(Lab::scenario_folder() / "traps"))
    found.push_back(fs::path("traps") / entry.path().filename());
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() > from);
  for (std::size_t at = from; at < found.size(); at += 3) {
    Lab lab;
    lab.start();
    lab.play(found[at]);
    lab.submit();
    INFO(found[at]);
    check_same_verdict(lab);
  }
}

constexpr const char* two_psqls = R"(
-- @session one
BEGIN;
SELECT pid, application_name FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';
-- @wait done one
-- @session two
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';
-- @wait done two
-- @session one
UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;
-- @wait done one
-- @session two
ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';
-- @wait waiting two
-- @session one
SELECT count(*) FROM orders WHERE release_id IS NULL;
COMMIT;
-- @wait done two
\connect tenant_b
ALTER TABLE orders ADD COLUMN release_id text;
INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');
)";

}  // namespace

TEST_CASE("solutions, carried out again, have the same outcomes and the same verdict",
          "[lab][postgres]") {
  for (const auto* script : {"solutions/page.sql", "solutions/default-first.sql"}) {
    Lab lab;
    lab.start();
    lab.play(script);
    lab.submit();
    INFO(script);
    check_same_verdict(lab);
    CHECK(lab.ride({"postgres", "status"}).exit_code == 0);  // the run beside it goes on
  }
}

TEST_CASE("traps, carried out again, have the same verdict, part 1 of 3", "[lab][postgres]") {
  check_traps(0);
}

TEST_CASE("traps, carried out again, have the same verdict, part 2 of 3", "[lab][postgres]") {
  check_traps(1);
}

TEST_CASE("traps, carried out again, have the same verdict, part 3 of 3", "[lab][postgres]") {
  check_traps(2);
}

TEST_CASE("two psqls that interleave, one waiting for the other, do so again", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.play_text(two_psqls);
  lab.submit();
  const auto again = rerun(lab);
  INFO(json::serialize(again));
  CHECK(again.at("same").as_bool());
  CHECK(again.at("ahead").as_array().empty());
}

TEST_CASE("pids of actors and of the learner's own sessions are those of the new ones",
          "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.play_text(R"(
-- @session other
SELECT pg_backend_pid() AS pid \gset
\setenv OTHER :pid
SELECT pid AS blocker FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%' \gset
SELECT count(*) FROM pg_locks WHERE pid = :blocker AND granted;
SELECT pg_blocking_pids(:pid);
SELECT application_name FROM pg_stat_activity WHERE pid = :pid;
SELECT pg_terminate_backend(:blocker);
)");
  lab.submit();
  const auto again = rerun(lab);
  INFO(json::serialize(again));
  CHECK(again.at("same").as_bool());
  CHECK(again.at("notes").as_array().empty());
}

TEST_CASE("what cannot be sent again is refused by name before anything runs", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.psql("SELECT 1; ALTER ROLE oncall PASSWORD 'secret';");
  lab.submit();
  const auto refused = lab.ride({"replay", lab.file().string(), "--run"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("#2 cannot be sent again: a secret was cut out of it") !=
        std::string::npos);
  CHECK(rerun(lab, {"--until", "1"}).at("same").as_bool());
  CHECK(lab.ride({"replay", lab.file().string(), "--run", "--until", "9"}).exit_code == 1);
}

namespace {

// What is left of an attempt behind a statement, as input for psql.
std::string rest_of(const Lab& lab, const fs::path& file, std::int64_t n) {
  std::string out;
  std::string database = "app_db";
  std::istringstream lines(lab.must({"audit", "show", file.string(), "--json"}));
  for (std::string line; std::getline(lines, line);) {
    const auto object = json::parse(line).as_object();
    const auto* number = object.if_contains("n");
    if (number == nullptr || number->to_number<std::int64_t>() <= n) continue;
    const auto own = json::value_to<std::string>(object.at("database"));
    if (own != database) out += "\\connect " + (database = own) + "\n";
    out += json::value_to<std::string>(object.at("text")) + ";\n";
  }
  return out;
}

// The statement that a fork says it goes on behind.
std::int64_t parent_in(const fs::path& file) {
  ride::journal::Reader reader(file);
  for (const auto& event : reader.all()) {
    if (event.kind != ride::journal::Kind::attempt_began) continue;
    const auto said = ride::journal::Fields(event.body).get_bytes(ride::journal::Field::message);
    const auto parent = json::parse(said).as_object();
    CHECK(parent.at("receipt").as_string().starts_with("ride-receipt:1 ride/"));
    CHECK(parent.at("attempt").to_number<int>() == 1);
    return parent.at("statement").to_number<std::int64_t>();
  }
  return 0;
}

}  // namespace

TEST_CASE("a fork of the solution, finished, scores 100", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.play("solutions/page.sql");
  lab.submit();
  const auto parent = lab.file();
  const auto busy = lab.ride({"replay", parent.string(), "--fork", "3"});
  CHECK(busy.exit_code == 1);
  CHECK(busy.err.find("is in progress") != std::string::npos);
  lab.stop();
  const auto all = rerun(lab).at("outcomes").as_object().at("compared").to_number<std::int64_t>();
  // The first, one amid the reading, the one that ends the blocker's session, and the last.
  for (const std::int64_t n : {std::int64_t{1}, all / 3, all - 4, all}) {
    INFO(n);
    const auto fork =
        json::parse(lab.must({"replay", parent.string(), "--fork", std::to_string(n), "--json"}))
            .as_object();
    const auto file = json::value_to<std::string>(fork.at("file"));
    const auto dsn = json::value_to<std::string>(fork.at("dsn"));
    CHECK(
        run_program({"psql", "-X", "-d", dsn}, {"PGAPPNAME"}, rest_of(lab, parent, n)).err.empty());
    INFO(lab.must({"postgres", "submit"}));
    lab.must({"postgres", "stop"});
    const auto card = json::parse(lab.must({"score", file, "--json"})).as_object();
    CHECK(card.at("total").to_number<int>() == 100);
    CHECK(parent_in(file) == n);
  }
}

TEST_CASE("a fork inside a transaction is refused, and says where one may be", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.psql("SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;\nSELECT 3;\n");
  lab.submit();
  lab.stop();
  const auto refused = lab.ride({"replay", lab.file().string(), "--fork", "3"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("the nearest at which none has: #1 and #4") != std::string::npos);
  CHECK(lab.ride({"postgres", "status", "--brief"}).exit_code != 0);
}
