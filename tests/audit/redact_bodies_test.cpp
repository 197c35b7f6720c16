#include "audit/redact_bodies.hpp"

#include "journal/facts/wire.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::audit;
namespace facts = journal::facts;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

// "secret" goes, all else stays.
std::optional<std::string> no_secret(Bytes value) {
  if (value == "secret") return "<redacted>";
  return std::nullopt;
}

const std::string row =
    bytes({0, 3, 0, 0, 0, 6}) + "secret" + bytes({255, 255, 255, 255}) + bytes({0, 0, 0, 1}) + "x";
const std::string rows = bytes({0, 0, 0, static_cast<int>(row.size())}) + row;

}  // namespace

TEST_CASE("values of rows change, and what stands around them fits again", "[audit]") {
  const auto changed = change_rows(rows + rows, no_secret);
  REQUIRE(changed);
  const auto read = facts::read_rows(*changed);
  REQUIRE(read.size() == 2);
  CHECK(read[1] == facts::Values{"<redacted>", std::nullopt, "x"});
  CHECK(count_rows(rows + rows) == 2);
  CHECK_FALSE(change_rows(rows, [](Bytes) { return std::nullopt; }));
}

TEST_CASE("a value that is cut off goes, for it may be half of one that must", "[audit]") {
  const auto half = rows.substr(0, 12);  // "sec" of the first value
  const auto changed = change_rows(rows + half, no_secret);
  REQUIRE(changed);
  CHECK(facts::read_rows(*changed).size() == 1);
  CHECK(changed->find("sec") == std::string::npos);
}

TEST_CASE("columns change their names alone", "[audit]") {
  const std::string told(18, 'x');
  const auto description =
      bytes({0, 2}) + "secret" + bytes({0}) + told + "other" + bytes({0}) + told;
  CHECK(change_columns(description, no_secret) ==
        bytes({0, 2}) + "<redacted>" + bytes({0}) + told + "other" + bytes({0}) + told);
}

TEST_CASE("parameters keep their number, their formats and NULL", "[audit]") {
  const auto parameters = bytes({0, 1, 0, 1}) + row;
  const auto changed = change_parameters(parameters, no_secret);
  REQUIRE(changed);
  CHECK(changed->starts_with(bytes({0, 1, 0, 1, 0, 3})));
  CHECK(facts::read_parameters(*changed, {}).size() == 3);
  CHECK_FALSE(facts::read_parameters(*changed, {})[1]);
}

TEST_CASE("pairs are changed by their names", "[audit]") {
  const auto pairs = std::string("user\0a\0name\0b\0", 14);
  const auto changed = change_pairs(pairs, [](Bytes name, Bytes) -> std::optional<std::string> {
    if (name == "name") return "c";
    return std::nullopt;
  });
  CHECK(changed == std::string("user\0a\0name\0c\0", 14));
}

TEST_CASE("a call's result is a value like others", "[audit]") {
  CHECK(change_result(bytes({0, 0, 0, 6}) + "secret", no_secret) ==
        bytes({0, 0, 0, 10}) + "<redacted>");
  CHECK_FALSE(change_result(bytes({255, 255, 255, 255}), no_secret));
}
