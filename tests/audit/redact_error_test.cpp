#include "audit/redact_error.hpp"

#include "journal/facts/wire.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::contains;

namespace {

Remover remover_for(const std::string& policy, const std::string& identity = "") {
  Names names;
  names.identities.add(identity);
  return {read_policy({policy}), names};
}

std::string error(std::initializer_list<std::pair<char, std::string>> fields) {
  std::string out;
  for (const auto& [code, value] : fields) out += code + value + '\0';
  return out + '\0';
}

std::string field(const std::string& body, char code) {
  return journal::facts::error_field(body, code).value_or("(none)");
}

std::string log_line(const std::string& policy, const std::string& line,
                     const std::string& identity = "") {
  auto remover = remover_for(policy, identity);
  return redact_log_line(line, remover).value_or("(as it was)");
}

}  // namespace

TEST_CASE("an error keeps its SQLSTATE and its words up to the first quote", "[audit]") {
  auto remover = remover_for("values");
  const auto body = redact_error(
      error({{'S', "ERROR"},
             {'C', "23505"},
             {'M', "duplicate key value violates \"x_key\""},
             {'D', "Key (a)=(tulip) already exists."},
             {'H', "no tulip"},
             {'W', "PL/pgSQL function f() line 1 at SQL statement\nSQL statement \"x tulip\""},
             {'q', "INSERT INTO x VALUES ('tulip')"},
             {'P', "12"}}),
      true, remover);
  CHECK(field(body, 'C') == "23505");
  CHECK(field(body, 'M') == "duplicate key value violates <redacted>");
  CHECK(field(body, 'D') == "<redacted>");
  CHECK(field(body, 'H') == "<redacted>");
  CHECK(field(body, 'W') == "PL/pgSQL function f() line 1 at SQL statement\n<redacted>");
  CHECK(field(body, 'q') == "INSERT INTO x VALUES ('<redacted>')");
  CHECK(field(body, 'P') == "(none)");
  CHECK_FALSE(contains(body, "tulip"));
  CHECK(remover.take_counts().at("error_texts") == 1);
}

TEST_CASE("what somebody's own code raised goes whole, for its values have no quotes", "[audit]") {
  auto remover = remover_for("values");
  CHECK(field(redact_error(error({{'S', "ERROR"}, {'C', "P0001"}, {'M', "it is tulip"}}), true,
                           remover),
              'M') == "<redacted>");
  CHECK(field(redact_error(error({{'S', "NOTICE"}, {'C', "00000"}, {'M', "it is tulip"}}), true,
                           remover),
              'M') == "<redacted>");
  CHECK(field(redact_error(error({{'S', "ERROR"}, {'C', "57014"}, {'M', "canceling"}}), true,
                           remover),
              'M') == "canceling");
}

TEST_CASE("an error that quotes nothing loses identities and patterns alone", "[audit]") {
  auto remover = remover_for("identities,pattern=[0-9]{4}", "anna");
  const auto body =
      redact_error(error({{'S', "ERROR"}, {'M', "role \"anna\" has 1234"}}), false, remover);
  CHECK(field(body, 'M') == "role \"<redacted>\" has <redacted>");
}

TEST_CASE("a line of the log loses the literals of the statement that it logs", "[audit]") {
  const auto line = log_line(
      "values",
      R"({"error_severity":"LOG","message":"duration: 0.2 ms  statement: SELECT 'tulip'"})");
  CHECK(contains(line, "duration: 0.2 ms  statement: SELECT '<redacted>'"));
}

TEST_CASE("a line about an error loses what it quotes, and keeps who waits for whom", "[audit]") {
  const auto failed = log_line(
      "values",
      R"({"error_severity":"ERROR","state_code":"22P02","message":"invalid input: \"tulip\"",)"
      R"("detail":"tulip","context":"x tulip","statement":"SELECT 'tulip'::int"})");
  CHECK_FALSE(contains(failed, "tulip"));
  CHECK(contains(failed, R"("message":"invalid input: <redacted>")"));
  const auto waits = R"({"error_severity":"LOG","message":"process 1 still waiting for ShareLock",)"
                     R"("detail":"Process holding the lock: 2. Wait queue: 1."})";
  CHECK(log_line("values", waits) == "(as it was)");
}

TEST_CASE("ride's own lines stay, and one that only looks like them does not", "[audit]") {
  const auto ours = R"({"error_severity":"LOG","message":"ride: ddl {\"tag\": \"ALTER TABLE\"}",)"
                    R"("context":"PL/pgSQL function ride_ddl_command_end() line 9 at RAISE"})";
  CHECK(log_line("values", ours) == "(as it was)");
  const auto theirs = R"({"error_severity":"LOG","message":"ride: ddl tulip",)"
                      R"("context":"PL/pgSQL function inline_code_block line 1 at RAISE"})";
  CHECK_FALSE(contains(log_line("values", theirs), "tulip"));
  const auto nested =
      R"({"error_severity":"LOG","message":"ride: ddl {}",)"
      R"("context":"PL/pgSQL function ride_ddl_command_end() line 9 at RAISE\nSQL statement \"tulip\""})";
  CHECK_FALSE(contains(log_line("values", nested), "tulip"));
}

TEST_CASE("parameters are taken out of the lines of statements that have some", "[audit]") {
  const auto logged = log_line(
      "parameters", R"({"error_severity":"LOG","message":"execute <unnamed>: SELECT $1, 'rose'",)"
                    R"("detail":"parameters: $1 = 'tulip'"})");
  CHECK_FALSE(contains(logged, "tulip"));
  CHECK(contains(logged, "SELECT $1, 'rose'"));
  const auto simple =
      R"({"error_severity":"ERROR","message":"bad \"rose\"","statement":"SELECT 'rose'"})";
  CHECK(log_line("parameters", simple) == "(as it was)");
}

TEST_CASE("identities are taken out of the log's own fields and of its words", "[audit]") {
  const auto line = log_line(
      "identities",
      R"({"remote_host":"10.0.0.5","remote_port":4711,"application_name":"anna-laptop",)"
      R"("error_severity":"LOG","message":"connection authorized: application_name=anna-laptop"})",
      "anna-laptop");
  CHECK(
      line ==
      R"({"remote_host":"<redacted>","application_name":"<redacted>",)"
      R"("error_severity":"LOG","message":"connection authorized: application_name=<redacted>"})");
  const auto actor = R"({"remote_host":"[local]","application_name":"app_writer"})";
  CHECK(log_line("identities", actor, "anna-laptop") == "(as it was)");
}

TEST_CASE("a line that is no JSON goes whole", "[audit]") {
  CHECK(log_line("values", "tulip") == "<redacted>");
}
