// The learner is an adversary with SQL: ride is not harmed, the checks fail for that reason, and
// the acts are on record.
#include <filesystem>

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
using ride::journal::Field;
using ride::journal::Fields;
using ride::journal::Kind;
namespace json = boost::json;

namespace {

const std::string end_blocker =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE "
    "'migration_runner%';\n";
const std::string fix =
    end_blocker +
    "UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;\n"
    "ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';\n"
    "\\connect tenant_b\n"
    "ALTER TABLE orders ADD COLUMN release_id text;\n"
    "INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');\n"
    "\\connect app_db\n";

bool passed(const Lab& lab, std::string_view id) {
  const auto value = json::parse(lab.verdict());
  for (const auto& check : value.at("checks").as_array())
    if (check.at("id").as_string() == id) return check.at("verdict").as_string() == "pass";
  FAIL("no rule " << id);
  return false;
}

bool recorded(const Lab& lab, const std::string& words) {
  ride::journal::Reader reader(lab.file());
  for (const auto& event : reader.all({.attempt = {}, .kinds = {Kind::query}, .after = 0}))
    if (Fields(event.body).get_bytes(Field::text).find(words) != std::string::npos) return true;
  return false;
}

// After whatever was done: status answers, and a new attempt can be had.
void check_unharmed(const Lab& lab) {
  lab.must({"postgres", "status"});
  lab.must({"postgres", "reset"});
  CHECK(lab.psql("SELECT rolsuper FROM pg_roles WHERE rolname = 'oncall';\n", {"-At"}).out ==
        "f\n");
}

}  // namespace

TEST_CASE("nobody but oncall gets in, and who tried is on record", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  for (const std::string role : {"postgres", "ride_check", "app_user", "deployer"}) {
    INFO(role);
    std::string dsn = lab.dsn();
    dsn.replace(dsn.find("oncall"), 6, role + ":a-guess");
    const auto tried = lab.psql("SELECT 1;\n", {"-w", "-d", dsn});
    CHECK(tried.exit_code == 2);
    CHECK(tried.err.find("password authentication failed") != std::string::npos);
  }
  lab.stop();
  ride::journal::Reader reader(lab.file());
  CHECK(reader.all({.attempt = {}, .kinds = {Kind::connection_refused}, .after = 0}).size() >= 4);
}

TEST_CASE("a view in the place of orders fails its checks and gains nothing",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const auto proof = lab.home() / "proof";
  lab.psql(fix +
           "CREATE FUNCTION public.trick() RETURNS text LANGUAGE plpgsql AS $$ BEGIN\n"
           "  BEGIN EXECUTE 'ALTER ROLE oncall SUPERUSER'; EXCEPTION WHEN OTHERS THEN END;\n"
           "  BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch " +
           proof.string() +
           "'''; EXCEPTION WHEN OTHERS THEN END;\n"
           "  RETURN 'unknown'; END $$;\n"
           "ALTER TABLE orders RENAME TO orders_before;\n"
           "CREATE VIEW orders AS SELECT id, customer_id, status, total_cents, updated_at,\n"
           "  public.trick() AS release_id FROM orders_before;\n"
           "GRANT SELECT, INSERT, UPDATE ON orders TO app_user;\n");
  lab.submit();
  CHECK_FALSE(passed(lab, "backfilled"));
  CHECK_FALSE(passed(lab, "default-set"));
  CHECK(passed(lab, "tenant-column"));
  CHECK_FALSE(std::filesystem::exists(proof));
  CHECK(recorded(lab, "ALTER ROLE oncall SUPERUSER"));
  check_unharmed(lab);
}

TEST_CASE("settings of the database do not reach the checks", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.psql(fix +
           "CREATE SCHEMA trap;\n"
           "CREATE FUNCTION trap.count(text) RETURNS bigint LANGUAGE sql AS 'SELECT 77::bigint';\n"
           "ALTER DATABASE app_db SET search_path = trap, public, pg_catalog;\n"
           "ALTER DATABASE tenant_b SET statement_timeout = '1ms';\n"
           "ALTER DATABASE tenant_b SET search_path = trap;\n");
  lab.submit();
  CHECK(passed(lab, "backfilled"));
  CHECK(passed(lab, "tenant-column"));
  CHECK(passed(lab, "tenant-version"));
  check_unharmed(lab);
}

TEST_CASE("row level security fails the check it would deceive", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.psql(end_blocker +
           "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;\n"
           "CREATE POLICY hide ON orders USING (release_id IS NOT NULL);\n");
  lab.submit();
  CHECK_FALSE(passed(lab, "backfilled"));
  CHECK(recorded(lab, "CREATE POLICY"));
  check_unharmed(lab);
}

TEST_CASE("databases that refuse connections or are gone fail their checks",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.psql(fix + "ALTER DATABASE tenant_b ALLOW_CONNECTIONS false;\n");
  lab.submit();
  CHECK_FALSE(passed(lab, "tenant-column"));
  CHECK(passed(lab, "backfilled"));
  check_unharmed(lab);

  lab.psql(fix + "DROP DATABASE tenant_b WITH (FORCE);\n");
  lab.submit();
  CHECK_FALSE(passed(lab, "tenant-version"));
  CHECK(recorded(lab, "DROP DATABASE"));
  check_unharmed(lab);

  lab.psql("\\connect tenant_a\nDROP DATABASE app_db WITH (FORCE);\n");
  lab.submit();
  CHECK_FALSE(passed(lab, "writes-drain"));
  check_unharmed(lab);
}

TEST_CASE("no way leads from SQL to the server's files, its log, programs or the network",
          "[lab][postgres][sandboxes]") {
  const std::string ways[] = {
      "SELECT pg_read_file('postgresql.conf')",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT pg_read_binary_file('/ride/data/global/pg_control')",
      "SELECT pg_stat_file('/etc/passwd')",
      "SELECT pg_ls_dir('.')",
      "SELECT pg_rotate_logfile()",
      "SELECT pg_reload_conf()",
      "SELECT lo_import('/etc/passwd')",
      "SELECT lo_export(1, '/tmp/out')",
      "COPY orders FROM '/etc/passwd'",
      "COPY (SELECT 1) TO '/tmp/out'",
      "COPY orders FROM PROGRAM 'id'",
      "COPY (SELECT 1) TO PROGRAM 'id'",
      "CREATE EXTENSION plpython3u",
      "CREATE EXTENSION plperlu",
      "CREATE EXTENSION file_fdw",
      "CREATE EXTENSION dblink",
      "CREATE EXTENSION postgres_fdw",
      "CREATE EXTENSION adminpack",
      "CREATE FUNCTION sneak() RETURNS int LANGUAGE c AS 'libc.so.6', 'getpid'",
      "CREATE FUNCTION sneak(cstring) RETURNS int LANGUAGE internal AS 'int4in'",
      "CREATE LANGUAGE plsneaku HANDLER plpgsql_call_handler",
      "CREATE FOREIGN DATA WRAPPER sneak",
      "CREATE SUBSCRIPTION sneak CONNECTION 'host=127.0.0.1' PUBLICATION p",
      "LOAD '/tmp/sneak.so'",
      "ALTER SYSTEM SET archive_command = 'id'",
      "SET session_preload_libraries = 'sneak'",
      "SET log_statement = 'none'",
      "SET ROLE pg_read_server_files",
      "SET ROLE pg_execute_server_program",
      "GRANT pg_read_server_files TO oncall",
      "ALTER ROLE oncall SUPERUSER",
      "SELECT rolpassword FROM pg_authid",
      "SELECT * FROM pg_hba_file_rules",
      "SELECT * FROM pg_file_settings",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
  };
  Lab lab;
  lab.start();
  for (const auto& way : ways) {
    INFO(way);
    const auto tried = lab.psql(way + ";\n", {"-At"});
    INFO(tried.out << tried.err);
    CHECK(tried.out.empty());
    CHECK(tried.err.find("ERROR:") != std::string::npos);
  }
  lab.must({"postgres", "status"});  // what is in the rings is in the file after that
  for (const auto& way : ways) {
    INFO(way);
    CHECK(recorded(lab, way));
  }
  check_unharmed(lab);
}
