#include "proxy/described.hpp"

#include "tests/catch.hpp"

using ride::proxy::Described;

TEST_CASE("a portal has the columns of the statement it was bound to", "[proxy]") {
  Described described(1000);
  described.statement_described("s", "columns of s");
  described.bound("p", "s");
  CHECK(described.columns_of("p") == "columns of s");
  described.bound("p", "never described");
  CHECK(described.columns_of("p").empty());
}

TEST_CASE("a name that is parsed again or closed is forgotten", "[proxy]") {
  Described described(1000);
  described.statement_described("s", "old");
  described.parsed("s");
  described.bound("p", "s");
  CHECK(described.columns_of("p").empty());
  described.portal_described("p", "of p");
  described.portal_closed("p");
  CHECK(described.columns_of("p").empty());
}

TEST_CASE("what does not fit is not kept, and what is forgotten makes room", "[proxy]") {
  Described described(10);
  described.portal_described("a", "12345678");
  described.portal_described("b", "12");
  CHECK(described.columns_of("b").empty());
  described.portal_closed("a");
  described.portal_described("b", "12");
  CHECK(described.columns_of("b") == "12");
}
