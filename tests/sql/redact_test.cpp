#include "sql/redact.hpp"

#include <string>

#include "tests/catch.hpp"

namespace ride::sql {
namespace {

std::string cut(std::string_view text) {
  const auto out = redact(text);
  return out ? out->text : "(as it is)";
}

bool leaks(std::string_view text) {
  const auto out = redact(text);
  return !out || out->text.find("s3cret") != std::string::npos;
}

TEST_CASE("the literal after PASSWORD is cut, in each way of writing it", "[sql][redact]") {
  CHECK(cut("ALTER ROLE a PASSWORD 's3cret'") == "ALTER ROLE a PASSWORD '<redacted>'");
  CHECK(cut("alter role a password E's3\\'cret' valid until '2030-01-01'") ==
        "alter role a password E'<redacted>' valid until '2030-01-01'");
  CHECK(cut("create user a PassWord $x$s3'cret$x$ login") ==
        "create user a PassWord $x$<redacted>$x$ login");
  CHECK(cut("create user a password U&'s3cr\\0065t'") == "create user a password U&'<redacted>'");
  CHECK(cut("ALTER ROLE a ENCRYPTED PASSWORD/* x */-- y\n's3cret'; select 'kept'") ==
        "ALTER ROLE a ENCRYPTED PASSWORD/* x */-- y\n'<redacted>'; select 'kept'");
  CHECK(cut("ALTER ROLE a PASSWORD 's3'\n'cret'") == "ALTER ROLE a PASSWORD '<redacted>'");
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD 's3' -- x\n 's3cret'"));
  CHECK(cut("ALTER ROLE a PASSWORD = 's3cret'") == "ALTER ROLE a PASSWORD = '<redacted>'");
  CHECK(cut("ALTER USER a PASSWORD 'SCRAM-SHA-256$4096:abc$def:ghi'") ==
        "ALTER USER a PASSWORD '<redacted>'");
}

TEST_CASE("every statement of a string loses its secret", "[sql][redact]") {
  const auto out =
      redact("select 1; alter role a password 's3cret'; create role b password 's3cret'");
  REQUIRE(out);
  CHECK(out->text ==
        "select 1; alter role a password '<redacted>'; create role b password '<redacted>'");
  CHECK(out->summary() == "password 2");
}

TEST_CASE("text without a secret is left alone", "[sql][redact]") {
  for (const auto* text :
       {"select 1", "ALTER ROLE a PASSWORD NULL", "select password from users", "select 'mapping'",
        "SET password_encryption = 'scram-sha-256'",
        "select * from pg_settings where name = 'password_encryption' or name = 'ssl'",
        "select 'https://example.org/x'", "select 1 as subscription, 'x'",
        "comment on column t.password is 'the hash'", "select 'password authentication failed'"})
    CHECK(cut(text) == "(as it is)");
}

TEST_CASE("connection strings lose their passwords", "[sql][redact]") {
  CHECK(cut("select dblink_connect('host=h password=s3cret user=u')") ==
        "select dblink_connect('host=h password=<redacted> user=u')");
  CHECK(cut("create subscription s connection 'host=h PASSWORD = s3cret' publication p") ==
        "create subscription s connection 'host=h PASSWORD = <redacted>' publication p");
  CHECK(cut("select dblink_connect('postgresql://u:s3cret@h/db')") ==
        "select dblink_connect('postgresql://u:<redacted>@h/db')");
  CHECK(cut("select dblink_connect('postgresql://h/db?password=s3cret&user=u')") ==
        "select dblink_connect('postgresql://h/db?password=<redacted>&user=u')");
  CHECK_FALSE(leaks("select dblink('password=''s3cret x'' host=h', 'select 1')"));
  CHECK_FALSE(leaks("select dblink('password=a\\ s3cret host=h', 'select 1')"));
  CHECK_FALSE(leaks("select dblink($$host=h sslpassword=s3cret$$, 'select 1')"));
  CHECK_FALSE(leaks("select dblink_connect(E'host=h p\\x61ssword=s3cret')"));
  CHECK_FALSE(leaks("alter subscription s connection U&'p\\0061ssword=s3cret'"));
  CHECK_FALSE(leaks("copy t from program 'PGPASSWORD=s3cret psql'"));
}

TEST_CASE("options of user mappings are cut, the user's name is kept", "[sql][redact]") {
  CHECK(cut("CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 's3cret')") ==
        "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password '<redacted>')");
  CHECK_FALSE(
      leaks("ALTER USER MAPPING FOR a SERVER s OPTIONS (SET U&\"p\\0061ssword\" 's3cret')"));
  CHECK_FALSE(leaks("create user/**/mapping for a server s options (\"password\" 's3cret')"));
  CHECK_FALSE(leaks("CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (password 's3cret')"));
}

TEST_CASE("statements inside literals lose their secrets", "[sql][redact]") {
  CHECK(cut("DO $$ BEGIN ALTER ROLE a PASSWORD 's3cret'; END $$") ==
        "DO $$ BEGIN ALTER ROLE a PASSWORD '<redacted>'; END $$");
  CHECK_FALSE(leaks("DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''s3cret'''; END $$"));
  CHECK_FALSE(leaks("DO $$ BEGIN EXECUTE format('ALTER ROLE a PASSWORD %L', 's3cret'); END $$"));
  CHECK_FALSE(
      leaks("DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ' || quote_literal('s3cret'); END $$"));
  CHECK_FALSE(leaks("DO 'BEGIN ALTER ROLE a PASSWORD ''s3cret''; END'"));
  CHECK_FALSE(leaks("DO $a$ BEGIN EXECUTE $b$ ALTER ROLE a PASSWORD $c$s3cret$c$ $b$; END $a$"));
  CHECK_FALSE(leaks("DO $$ DECLARE password text := 's3cret'; BEGIN END $$"));
  CHECK_FALSE(leaks("select set_config('app.password', 's3cret', false)"));
  CHECK_FALSE(leaks("select '{\"password\": \"s3cret\"}'::jsonb"));
}

TEST_CASE("text that cannot be scanned is cut to its end", "[sql][redact]") {
  CHECK(cut("ALTER ROLE a PASSWORD 's3cret") == "ALTER ROLE a PASSWORD <redacted>");
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD $$s3cret"));
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD 's3cret'; select 'open"));
  CHECK_FALSE(leaks("select dblink_connect('password=s3cret"));
  CHECK_FALSE(leaks("select 'postgresql://u:s3cret@h"));
  CHECK_FALSE(leaks("/* ALTER ROLE a PASSWORD 's3cret'"));
  CHECK(redact("ALTER ROLE a PASSWORD 's3cret")->summary() == "tail 1");
  const std::string with_nul("ALTER ROLE a \0 PASSWORD 's3cret'", 32);
  CHECK_FALSE(leaks(with_nul));
  // standard_conforming_strings = off: the quote after the backslash does not end the literal.
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD 'x\\' s3cret', y 'z'"));
}

TEST_CASE("statements with a bound secret are known", "[sql][redact]") {
  CHECK(carries_secret("ALTER ROLE a PASSWORD $1"));
  CHECK(carries_secret("select dblink_connect($1)"));
  CHECK(carries_secret("ALTER ROLE a PASSWORD 's3cret'"));
  CHECK(carries_secret("select set_config('app.password', $1, false)"));
  CHECK(carries_secret("update users set password = $1"));
  CHECK(carries_secret("ALTER ROLE a PASSWORD 'open"));
  CHECK_FALSE(carries_secret("select $1"));
  CHECK_FALSE(carries_secret("select password from users where id = $1"));
}

TEST_CASE("messages that quote a statement lose its secret", "[sql][redact]") {
  CHECK(redact_message("SQL statement \"ALTER ROLE a PASSWORD 's3cret'\"")->text ==
        "SQL statement \"ALTER ROLE a PASSWORD '<redacted>'\"");
  CHECK(redact_message("statement: ALTER ROLE a PASSWORD 's3cret' x can't")->text ==
        "statement: ALTER ROLE a PASSWORD <redacted>");
  CHECK_FALSE(redact_message("password authentication failed for user \"oncall\""));
  CHECK_FALSE(redact_message("can't find the user mapping"));
}

TEST_CASE("values of a result lose what they hold", "[sql][redact]") {
  CHECK(redact_message("host=h password=s3cret user=u")->text ==
        "host=h password=<redacted> user=u");
  CHECK(redact_message("SCRAM-SHA-256$4096:s3c==$ret:x=")->text == "<redacted>");
  CHECK(redact_message("postgresql://u:s3cret@h/d")->text == "postgresql://u:<redacted>@h/d");
  CHECK(redact_message(R"({"dsn":"password=s3cret host=h"})")->text ==
        R"({"dsn":"password=<redacted> host=h"})");
  CHECK_FALSE(redact_message("password: wrong"));
}

TEST_CASE("a log line stays JSON", "[sql][redact]") {
  const auto out = redact_message(
      R"({"pid":7,"message":"syntax error","statement":"ALTER ROLE a\n PASSWORD 's3cret' x;"})");
  REQUIRE(out);
  CHECK(
      out->text ==
      R"({"pid":7,"message":"syntax error","statement":"ALTER ROLE a\n PASSWORD '<redacted>' x;"})");
  CHECK_FALSE(redact_message(R"({"pid":7,"message":"password authentication failed"})"));
}

TEST_CASE("a value without quotes is cut where a secret is named and said", "[sql][redact]") {
  CHECK(cut("ALTER ROLE a PASSWORD s3cret") == "ALTER ROLE a PASSWORD <redacted>");
  CHECK(cut("ALTER ROLE a PASSWORD \"s3cret\"; SELECT 1") == "ALTER ROLE a PASSWORD <redacted>");
  CHECK(cut("SET a.password TO s3cret; SELECT 1") == "SET a.password TO <redacted>; SELECT 1");
  CHECK(cut("ALTER ROLE a SET b.password = s3cret") == "ALTER ROLE a SET b.password = <redacted>");
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORT 's3cret'"));
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD 1s3cret"));
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD IS 's3cret'"));
  CHECK_FALSE(leaks("CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password s3cret)"));
  for (const auto* text :
       {"ALTER ROLE a PASSWORD NULL VALID UNTIL '2030-01-01'", "SET a.password TO DEFAULT",
        "ALTER SERVER s OPTIONS (DROP password)", "UPDATE t SET password = other WHERE n = 'x'",
        "CREATE FOREIGN TABLE t (password text) SERVER s", "ALTER TABLE t ADD password text",
        "ALTER USER a SET password_encryption TO md5", "SELECT subscription, mapping FROM plans"})
    CHECK(cut(text) == "(as it is)");
}

TEST_CASE("what is no SQL is cut behind the first word that tells", "[sql][redact]") {
  CHECK(cut("PGPASSWORD=s3cret psql -h h; SELECT 'kept'") ==
        "PGPASSWORD=<redacted>; SELECT 'kept'");
  CHECK(cut("SELECT 1; psql postgres://u:s3cret@h/d") == "SELECT 1; psql postgres://<redacted>");
  CHECK(cut("psql \"host=h password=s3cret\"") == "psql \"host=h password=<redacted>");
  CHECK_FALSE(leaks("ALTR ROLE a PASSWORD 's3cret'"));
}

TEST_CASE("comments lose their secrets and stay comments", "[sql][redact]") {
  CHECK(cut("/* ALTER ROLE a PASSWORD 's3cret' */ SELECT 1") ==
        "/* ALTER ROLE a PASSWORD '<redacted>' */ SELECT 1");
  CHECK(cut("SELECT 1 -- password=s3cret\n, 2") == "SELECT 1 -- password=<redacted>\n, 2");
  CHECK(cut("SELECT 1 /* no password */") == "(as it is)");
}

TEST_CASE("literals whose ends differ by session are not believed", "[sql][redact]") {
  // standard_conforming_strings off, and a letter of SJIS with a backslash as its second half.
  CHECK_FALSE(leaks(R"(SELECT 'it\'s'; ALTER ROLE a PASSWORD 's3cret'; SELECT 'that\'s')"));
  CHECK_FALSE(leaks(R"(SELECT 'a\''; ALTER ROLE a PASSWORD 's3cret'; SELECT 'b\'')"));
  CHECK_FALSE(leaks("SELECT E'\x83\x5c'; ALTER ROLE a PASSWORD 's3cret'; SELECT E'\x83\x5c'"));
  CHECK_FALSE(leaks("ALTER ROLE a PASSWORD \"s3cret"));
}

TEST_CASE("values for a column that is a password are cut, by its list", "[sql][redact]") {
  CHECK(cut("INSERT INTO u (name, password) VALUES ('bob', 's3cret')") ==
        "INSERT INTO u (name, password) VALUES ('<redacted>', '<redacted>')");
  CHECK_FALSE(leaks("UPDATE u SET (name, password) = ('bob', 's3cret')"));
  CHECK_FALSE(leaks("SELECT * FROM u WHERE lower(password) = 's3cret'"));
  CHECK_FALSE(leaks("SELECT * FROM u WHERE password IN ('x', 's3cret')"));
  CHECK(carries_secret("INSERT INTO u (name, password) VALUES ('bob', $1)"));
  CHECK(carries_secret("COPY u (name, password) FROM STDIN"));
  CHECK_FALSE(carries_secret("COPY u (name) FROM STDIN -- no password"));
  CHECK_FALSE(carries_secret("SELECT 1 AS subscription, $1 AS mapping"));
}

TEST_CASE("keys and what they protect are cut", "[sql][redact]") {
  const auto out = redact("SELECT 'kept', pgp_sym_encrypt('s3cret', 'key'::text), 'kept'");
  REQUIRE(out);
  CHECK(out->text == "SELECT 'kept', pgp_sym_encrypt('<redacted>', '<redacted>'::text), 'kept'");
  CHECK(out->summary() == "key 2");
  CHECK(carries_secret("SELECT crypt($1, gen_salt('bf'))"));
}

TEST_CASE("an EXECUTE is cut in a session that prepared a secret", "[sql][redact]") {
  const Reading executes{TextKind::statement, true};
  const auto out = find_secrets("SELECT 'a'; EXECUTE p('s3cret', 12345)", executes);
  REQUIRE(out.cut);
  CHECK(out.cut->text == "SELECT 'a'; EXECUTE p('<redacted>', <redacted>)");
  CHECK(find_secrets("EXECUTE p", executes).carries);
  CHECK_FALSE(find_secrets("SELECT 'a'", executes).carries);
  CHECK_FALSE(leaks("PREPARE p AS SELECT dblink_connect($1); EXECUTE p('s3cret')"));
}

TEST_CASE("an md5 verifier is a secret, a checksum is none", "[sql][redact]") {
  const std::string digits = "0123456789abcdef0123456789abcdef";
  CHECK(redact_message("md5" + digits)->text == "<redacted>");
  CHECK_FALSE(redact_message(digits));
  CHECK_FALSE(redact("SELECT md5('x')"));
}

TEST_CASE("names of JSON keys tell secrets in results", "[sql][redact]") {
  CHECK(redact_message(R"([{"name":"bob","password":"s3cret"}])")->text ==
        R"([{"name":"bob","password":"<redacted>"}])");
  CHECK(redact_message(R"({user=u,"password=two s3cret"})")->text ==
        R"({user=u,"password=<redacted>)");
}

TEST_CASE("a log line's other fields do not quote its secret", "[sql][redact]") {
  CHECK(redact_log_line(R"({"message":"syntax error at or near \"s3cret\"","statement":)"
                        R"("ALTER ROLE a PASSWORD s3cret"})")
            ->text == R"({"message":"syntax error at or near <redacted>","statement":)"
                      R"("ALTER ROLE a PASSWORD <redacted>"})");
  CHECK(redact_log_line(R"j({"message":"x \"c\"","detail":"Failing row contains (s3cret).",)j"
                        R"j("statement":"EXECUTE p('s3cret')"})j")
            ->text == R"j({"message":"x <redacted>","detail":"<redacted>",)j"
                      R"j("statement":"EXECUTE p('<redacted>')"})j");
  CHECK(redact_log_line(R"({"error_severity":"WARNING","message":"it is s3cret",)"
                        R"("context":"PL/pgSQL function f() line 1 at RAISE"})")
            ->text == R"({"error_severity":"WARNING","message":"<redacted>",)"
                      R"("context":"PL/pgSQL function f() line 1 at RAISE"})");
  for (
      const auto* line :
      {R"({"message":"ride: ddl {}","context":"PL/pgSQL function ride_sql_drop() line 1 at RAISE"})",
       R"({"message":"execute <unnamed>: SELECT 'x'"})",
       R"({"message":"password authentication failed for user \"a\""})"})
    CHECK_FALSE(redact_log_line(line));
}

TEST_CASE("COPY data is cut from its first secret on", "[sql][redact]") {
  CHECK(redact_copy("1\tkept\n2\tALTER ROLE a PASSWORD 's3'\\n's3cret'\n3\ts3cret\n")->text ==
        "1\tkept\n2\tALTER ROLE a PASSWORD <redacted>");
  CHECK_FALSE(redact_copy("1\thttps://example.org/it's\n2\tpassword\n"));
}

TEST_CASE("what was redacted before is not counted again", "[sql][redact]") {
  for (const auto* text : {"ALTER ROLE a PASSWORD 's3cret'", "select dblink('password=s3cret', '')",
                           "ALTER ROLE a PASSWORD s3cret", "ALTER ROLE a PASSWORD 's3cret",
                           "/* password=s3cret */ SELECT 1"}) {
    INFO(text);
    const auto once = redact(text);
    REQUIRE(once);
    const auto twice = redact(once->text);
    CHECK((!twice || twice->text == once->text));
  }
}

}  // namespace
}  // namespace ride::sql
