#include "tests/lab/planted_statements.hpp"

namespace ride::lab {
namespace {

// Roles, and what people type by mistake.
const std::vector<std::string> roles = {
    "CREATE ROLE planted_role LOGIN PASSWORD '~'",
    "SET password_encryption = 'md5'",
    "ALTER ROLE planted_role PASSWORD E'~\\n'",
    "SELECT rolpassword AS x, * FROM pg_authid",
    "SET password_encryption = 'scram-sha-256'",
    "ALTER ROLE planted_role PASSWORD $$~$$",
    "ALTER ROLE planted_role PASSWORD $tag$it's ~$tag$",
    "ALTER ROLE planted_role PASSWORD U&'\\0061~'",
    "ALTER ROLE planted_role PASSWORD 'a'\n'~'",
    "ALTER ROLE planted_role PASSWORD 'a' -- more\n '~'",
    "alter/**/ROLE planted_role /* c */ EnCrypted\nPassWord/*'*/'~' VALID UNTIL '2030-01-01'",
    "ALTER USER planted_role WITH UNENCRYPTED PASSWORD '~'",
    "CREATE GROUP planted_group PASSWORD '~'",
    "SELECT 1; ALTER ROLE planted_role PASSWORD '~'; SELECT 'kept'",
    "ALTER ROLE planted_role PASSWORD '~' VALID UNTL 'x'",
    "ALTER ROLE planted_role PASSWORD '~",
    "ALTER ROLE planted_role PASSWORD $$~",
    "ALTER ROLE planted_role PASSWORD \"~\"",
    "ALTER ROLE planted_role PASSWORD ~",
    "ALTER ROLE planted_role PASSWORD a~b ~;",
    "ALTER ROLE planted_role PASSWORD 17~",
    "ALTER ROLE planted_role PASSWORD IS '~'",
    "ALTER ROLE planted_role PASSWORT '~'",
    "ALTR ROLE planted_role PASSWORD '~'",
    "ALTER ROLE nobody_here PASSWORD '~'",
    "SET PASSWORD FOR planted_role = '~'",
    "EXPLAIN ALTER ROLE planted_role PASSWORD '~'",
    "/* ALTER ROLE planted_role PASSWORD '~' */ SELECT 1",
    "SELECT 1 -- ALTER ROLE planted_role PASSWORD '~'\n, 2",
    "SELECT 1 /* PGPASSWORD=~ psql */",
};

const std::vector<std::string> connections = {
    "CREATE EXTENSION IF NOT EXISTS postgres_fdw",
    "CREATE EXTENSION IF NOT EXISTS dblink",
    "CREATE EXTENSION IF NOT EXISTS pgcrypto",
    "CREATE SERVER planted_server FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere')",
    "CREATE USER MAPPING FOR oncall SERVER planted_server OPTIONS (user 'u', password '~')",
    "ALTER USER MAPPING FOR oncall SERVER planted_server OPTIONS (SET password 'two words ~ x')",
    "CREATE USER MAPPING FOR oncall SERVER planted_server OPTIONS (user 'u', password ~)",
    "CREATE USER MAPPING FOR oncall SERVER planted_server OPTIONS (user 'u', passwrd '~')",
    "ALTER SERVER planted_server OPTIONS (ADD password '~')",
    "ALTER SERVER planted_server OPTIONS (ADD passfile ~)",
    "ALTER FOREIGN DATA WRAPPER postgres_fdw OPTIONS (ADD password '~')",
    "CREATE SUBSCRIPTION planted_subscription CONNECTION 'host=nowhere password=~' PUBLICATION p"
    " WITH (connect = false)",
    "ALTER SUBSCRIPTION planted_subscription CONNECTION 'host=nowhere password=''two ~'' user=u'",
    "ALTER SUBSCRIPTION planted_subscription CONNECTION 'postgresql://u:~@nowhere/d'",
    "CREATE SUBSCRIPTION planted_subscription CONNECTION 'host=nowhere password=~",
    "SELECT dblink_connect('host=127.0.0.1 port=1 password=~ user=u')",
    "SELECT dblink_connect('c', 'postgres://u:~@127.0.0.1:1/d?sslmode=disable')",
    "SELECT dblink_connect('postgres://127.0.0.1:1/d?user=u&password=~')",
    "SELECT * FROM dblink('host=127.0.0.1 port=1 password=~', 'SELECT 1') AS t(a int)",
    "SELECT dblink_connect(E'host=127.0.0.1 port=1 p\\x61ssword=~')",
    "SELECT dblink_connect('host=127.0.0.1 port=1 client_secret=~')",
    "SELECT dblink_exec('host=127.0.0.1 port=1 password=se'\n'~', 'SELECT 1')",
    "ALTER SYSTEM SET primary_conninfo = 'host=nowhere password=~'",
    "ALTER SYSTEM RESET primary_conninfo",
    "COPY (SELECT 1) TO PROGRAM 'PGPASSWORD=~ psql -h nowhere'",
    "PGPASSWORD=~ psql -h nowhere;",
    "psql \"host=nowhere password=~\"",
    "psql postgres://u:~@nowhere/d",
    "postgres://u:~@nowhere/d",
    "SELECT 1; PGPASSWORD=~ psql",
};

const std::vector<std::string> settings = {
    "SELECT set_config('a.password', '~', false)",
    "SELECT current_setting('a.password'), current_setting('a.password') AS x",
    "SHOW a.password",
    "SET a.password = '~'",
    "SET a.password TO ~",
    "SET LOCAL a.password = ~, ~x",
    "SET a.password = 7~",
    "ALTER ROLE planted_role SET a.password = '~'",
    "ALTER ROLE planted_role SET a.password TO ~",
    "ALTER DATABASE postgres SET a.password = ~",
    "SET application_name = 'password=~'",
    "SELECT 'x' AS a; SELECT set_config('a.password', '~', true); SELECT 'y' AS b",
};

const std::vector<std::string> inside = {
    "DO $$ BEGIN ALTER ROLE planted_role PASSWORD '~'; END $$",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE nobody_here PASSWORD ''~'''; END $$",
    "DO $$ BEGIN EXECUTE format('ALTER ROLE nobody_here PASSWORD %L', '~'); END $$",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE nobody_here PASSWORD ' || quote_literal('~'); END $$",
    "DO $$ DECLARE password text := '~'; BEGIN RAISE NOTICE 'it is %', password; END $$",
    "DO $$ BEGIN RAISE NOTICE '%', current_query(); END $$ /* password = '~' */",
    "DO $$ BEGIN RAISE EXCEPTION '%', 'ALTER ROLE x PASSWORD ''~'''; END $$",
    "CREATE OR REPLACE FUNCTION planted_function() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN"
    " ALTER ROLE nobody_here PASSWORD '~'; END $f$",
    "SELECT planted_function()",
    "CREATE OR REPLACE FUNCTION planted_sql() RETURNS text LANGUAGE sql AS 'SELECT"
    " set_config(''a.password'', ''~'', true)'",
    "SELECT planted_sql() AS password",
    "PREPARE planted_prepared AS SELECT set_config('a.password', '~', true)",
    "SELECT 'ALTER ROLE a PASSWORD ''~''' AS query",
    "SELECT '{\"password\": \"~\"}'::jsonb, 'password=~' AS x, ARRAY['password=~ ~']",
    "EXPLAIN (VERBOSE) SELECT set_config('a.password', '~', true)",
    "SELECT crypt('~', gen_salt('md5')), pgp_sym_encrypt('data', '~')",
    "SELECT encode(encrypt('~'::bytea, 'k~'::bytea, 'aes'), 'hex')",
    "NOTIFY planted, 'password=~'",
    "COMMENT ON ROLE planted_role IS 'password=~'",
};

// An application's own columns of that name.
const std::vector<std::string> tables = {
    "CREATE TABLE planted_users (name text, password text NOT NULL, n int CHECK (n > "
    "0))",
    "INSERT INTO planted_users (name, password) VALUES ('bob', '~') RETURNING *",
    "INSERT INTO planted_users (name, password) SELECT 'eve', '~'",
    "INSERT INTO planted_users (password, n) VALUES ('~', -1)",
    "INSERT INTO planted_users (name, password, n) VALUES ('bob', '~', 1), ('al', '~', -1)",
    "UPDATE planted_users SET password = '~' RETURNING password",
    "UPDATE planted_users SET (name, password) = ('bob', '~')",
    "SELECT * FROM planted_users WHERE password = '~'",
    "SELECT * FROM planted_users WHERE password IN ('x', '~')",
    "SELECT row_to_json(u) FROM planted_users u",
    "SELECT jsonb_agg(u) FROM planted_users u",
    "COPY planted_users (name, password) TO STDOUT",
    "COPY (SELECT password FROM planted_users) TO STDOUT (FORMAT binary)",
    "COPY (SELECT row_to_json(u) FROM planted_users u) TO STDOUT",
};

void add(std::vector<std::string>& out, const std::vector<std::string>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> secret_statements() {
  std::vector<std::string> out;
  for (const auto* part : {&roles, &connections, &settings, &inside, &tables}) add(out, *part);
  // Longer than one read, longer than what is kept of a text, and just at its end.
  out.push_back("SELECT 1 /*" + std::string(65'400, ' ') + "*/; ALTER ROLE a PASSWORD '" +
                std::string(160, ' ') + "~'");
  out.push_back("SELECT 1 /*" + std::string((1U << 20U) - 60, ' ') +
                "*/; ALTER ROLE a PASSWORD 'x~'");
  out.push_back("SELECT set_config(/*" + std::string(1U << 20U, ' ') +
                "*/'a.password', '~', true)");
  return out;
}

std::vector<std::string> secret_parameter_statements() {
  return {
      "ALTER ROLE planted_role PASSWORD $1",
      "SELECT set_config('a.password', $1, false)",
      "SELECT dblink_connect($1)",
      "SELECT * FROM dblink($1, 'SELECT 1') AS t(a int)",
      "INSERT INTO planted_users (name, password) VALUES ('x', $1) RETURNING *",
      "INSERT INTO planted_users (password, n) VALUES ($1, -1)",
      "UPDATE planted_users SET password = $1 RETURNING name",
      "SELECT * FROM planted_users WHERE password = $1",
      "SELECT crypt($1, gen_salt('md5'))",
      "SELECT pgp_sym_encrypt('x', $1)",
      "SELECT 'password=' || $1::text",
      "SELECT format('ALTER ROLE x PASSWORD %L', $1::text)",
      "SELECT /*" + std::string(1U << 20U, ' ') + "*/ dblink_connect($1)",
  };
}

std::vector<std::string> onlooking_statements() {
  return {
      "SELECT * FROM pg_user_mappings",
      "SELECT umoptions::text, umoptions FROM pg_user_mapping",
      "SELECT (pg_options_to_table(umoptions)).* FROM pg_user_mapping",
      "SELECT option_name, option_value FROM information_schema.user_mapping_options",
      "SELECT srvoptions FROM pg_foreign_server",
      "SELECT fdwoptions FROM pg_foreign_data_wrapper",
      "SELECT subconninfo FROM pg_subscription",
      "SELECT rolname, rolpassword FROM pg_authid",
      "SELECT * FROM pg_shadow",
      "SELECT rolpassword AS x FROM pg_authid",
      "SELECT setconfig FROM pg_db_role_setting",
      "SELECT name, setting FROM pg_settings",
      "SELECT prosrc FROM pg_proc WHERE proname LIKE 'planted%'",
      "SELECT pg_get_functiondef('planted_function'::regproc)",
      "SELECT * FROM planted_users",
      "SELECT to_jsonb(u)::text FROM planted_users u",
      "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles",
      "COPY pg_user_mapping TO STDOUT",
      "COPY pg_authid TO STDOUT",
      "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM planted_users",
      "FETCH ALL c",
      "COPY (SELECT subconninfo FROM pg_subscription) TO STDOUT (FORMAT csv)",
  };
}

}  // namespace ride::lab
