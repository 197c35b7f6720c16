#include "proxy/address.hpp"

#include <string>

#include "tests/catch.hpp"

using namespace ride::proxy;

TEST_CASE("an address is read as it is written, and written as it is read", "[proxy]") {
  const auto check = [](const std::string& text, const Address& address) {
    const auto read = parse_address(text);
    REQUIRE(read);
    CHECK(*read == address);
    CHECK(parse_address(to_text(*read)) == read);
  };
  check("127.0.0.1:6432", {"127.0.0.1", 6432});
  check("[::1]:6432", {"::1", 6432});
  check("[fe80::1%eth0]:1", {"fe80::1%eth0", 1});
  check("db.example:5432", {"db.example", 5432});
  check("127.0.0.1:0", {"127.0.0.1", 0});
  check("/run/postgresql", {"/run/postgresql", 5432});
  check("/run/postgresql:6432", {"/run/postgresql", 6432});
  check("/run/postgresql/.s.PGSQL.6432", {"/run/postgresql", 6432});
  check("/run/a:b", {"/run/a:b", 5432});
  CHECK(to_text({"::1", 6432}) == "[::1]:6432");
  CHECK(to_text({"/run", 6432}) == "/run/.s.PGSQL.6432");
}

TEST_CASE("what is no address is none", "[proxy]") {
  for (const std::string text :
       {"", "db", ":5432", "db:", "db:x", "db:99999", "db:-1", "db: 1", "db:1 ", "::1:5432",
        "[db]:5432", "[::1]", "[::1:5432", "[]:1", "5432", "/run/.s.PGSQL.", "/run/.s.PGSQL.x",
        "/run/.s.PGSQL.70000"})
    CHECK_FALSE(parse_address(text));
  CHECK_FALSE(parse_address(std::string("/run\0/x", 7)));
}

TEST_CASE("a name that nobody knows does not resolve, and a number always does", "[proxy]") {
  CHECK_FALSE(check_resolves({"no-such-host.invalid", 5432}).empty());
  CHECK(check_resolves({"127.0.0.1", 5432}).empty());
  CHECK(check_resolves({"::1", 5432}).empty());
  CHECK(check_resolves({"/nonexistent", 5432}).empty());
}
