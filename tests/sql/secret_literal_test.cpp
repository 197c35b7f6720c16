#include "sql/secret_literal.hpp"

#include "sql/redact.hpp"
#include "tests/catch.hpp"

namespace ride::sql {
namespace {

std::string cut(std::string content) {
  return cut_connection_string(content) ? content : "(nothing)";
}

TEST_CASE("a literal keeps the quotes it has", "[sql][secret_literal]") {
  CHECK(redacted_literal("'a'") == "'<redacted>'");
  CHECK(redacted_literal("E'a\\'b'") == "E'<redacted>'");
  CHECK(redacted_literal("U&'a'") == "U&'<redacted>'");
  CHECK(redacted_literal("$$a$$") == "$$<redacted>$$");
  CHECK(redacted_literal("$tag$a$b$tag$") == "$tag$<redacted>$tag$");
  CHECK(redacted_literal("''") == "'<redacted>'");
}

TEST_CASE("names that say their value is secret", "[sql][secret_literal]") {
  for (const auto* name : {"password", "PASSWORD", "sslpassword", "rolpassword", "passfile"})
    CHECK(names_secret(name));
  for (const auto* name : {"password_encryption", "passwords", "user", ""})
    CHECK_FALSE(names_secret(name));
}

TEST_CASE("the value of a password ends where libpq ends it", "[sql][secret_literal]") {
  CHECK(cut("password=a&b host=h") == "password=<redacted> host=h");
  CHECK(cut("password=a password=b") == "password=<redacted> password=<redacted>");
  CHECK(cut("password='a b' host=h") == "password=<redacted>");
  CHECK(cut("passfile=/x user=u") == "passfile=<redacted> user=u");
  CHECK(cut("password") == "(nothing)");
  CHECK(cut("password=") == "(nothing)");
  CHECK(cut("host=h") == "(nothing)");
  CHECK(cut("x SCRAM-SHA-256$4096:a$b:c y") == "x <redacted> y");
}

TEST_CASE("a URI loses what stands before its last @", "[sql][secret_literal]") {
  CHECK(cut("postgres://u:a@b@h:5432/d") == "postgres://u:<redacted>@h:5432/d");
  CHECK(cut("postgres://u@h:5432/d") == "(nothing)");
  CHECK(cut("http://h:80/x") == "(nothing)");
}

TEST_CASE("the beginning of a statement promises a secret to come", "[sql][secret_literal]") {
  CHECK(promise_of("app.password") == Promise::next);
  CHECK(promise_of("ALTER ROLE a PASSWORD ") == Promise::rest);
  CHECK(promise_of("ALTER ROLE %I PASSWORD %L") == Promise::rest);
  CHECK(promise_of("the password is wrong") == Promise::none);
  CHECK(promise_of("") == Promise::none);
}

}  // namespace
}  // namespace ride::sql
