#include "proxy/redaction.hpp"

#include "tests/catch.hpp"

using namespace ride;
using namespace ride::proxy;
using namespace std::string_literals;

TEST_CASE("an error about a statement with a secret keeps its state and loses its quotes",
          "[proxy]") {
  const auto body = "SERROR\0C42601\0Msyntax error at or near \"hunter2\"\0Dhunter2\0P9\0\0"s;
  const auto out = redact_error(body, true);
  CHECK(out.changed);
  CHECK(out.body == "SERROR\0C42601\0Msyntax error at or near <redacted>\0D<redacted>\0P9\0\0"s);
}

TEST_CASE("an error about anything else stays as it is", "[proxy]") {
  const auto body = "SERROR\0C42601\0Msyntax error at or near \"selec\"\0\0"s;
  const auto out = redact_error(body, false);
  CHECK_FALSE(out.changed);
  CHECK(out.body == body);
}

TEST_CASE("an error body that was cut off is given its ends back", "[proxy]") {
  CHECK(redact_error("SERROR\0Mhalf a mess"s, false).body == "SERROR\0Mhalf a mess\0\0"s);
  CHECK(redact_error("", false).body == "\0"s);
}

TEST_CASE("a value that shows a statement with a password loses the password", "[proxy]") {
  const auto statement = "ALTER ROLE a PASSWORD 'hunter2'"s;
  const auto row = "\0\3"s + "\0\0\0\1"s + "7" + "\xff\xff\xff\xff"s + "\0\0\0"s +
                   static_cast<char>(statement.size()) + statement;
  const auto out = redact_row(row, {});
  REQUIRE(out);
  CHECK(out->find("hunter2") == std::string::npos);
  CHECK(out->find("ALTER ROLE a PASSWORD") != std::string::npos);
  CHECK(out->substr(0, 11) == row.substr(0, 11));
  CHECK_FALSE(redact_row("\0\1\0\0\0\1"s + "7", {}));
}

TEST_CASE("start-up parameters lose what is a password", "[proxy]") {
  const auto out = redact_parameters("user\0oncall\0options\0-c x.password=hunter2\0"s);
  CHECK(out.find("user\0oncall\0"s) == 0);
  CHECK(out.find("hunter2") == std::string::npos);
}
