#include "proxy/counters.hpp"

#include <map>

#include "tests/catch.hpp"

TEST_CASE("errors are counted by the class of their SQLSTATE", "[proxy]") {
  ride::proxy::ErrorCounters errors;
  for (const auto* sqlstate : {"42601", "42P01", "57014", "XX000", "", "4", "ab123", "\xff\xff"})
    errors.add(sqlstate);
  std::map<std::string, std::uint64_t> found;
  errors.each([&](const std::string& name, std::uint64_t number) { found[name] = number; });
  CHECK(found ==
        std::map<std::string, std::uint64_t>{{"42", 2}, {"57", 1}, {"XX", 1}, {"other", 4}});
}
