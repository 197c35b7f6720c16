#include "journal/facts/wire.hpp"

#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {

TEST_CASE("every blob cut at every byte is read up to the damage", "[facts][wire]") {
  const auto columns = row_description({{"a", 23, 16400, 1}, {"b"}});
  for (std::size_t i = 0; i <= columns.size(); ++i)
    CHECK(read_columns(std::string_view(columns).substr(0, i)).size() <= 2);
  CHECK(read_columns(columns).size() == 2);
  const auto rows = data_rows({{"1", std::nullopt}, {"2", "x"}});
  for (std::size_t i = 0; i <= rows.size(); ++i)
    CHECK(read_rows(std::string_view(rows).substr(0, i)).size() <= 2);
  CHECK(read_rows(rows)[0] == Values{"1", std::nullopt});
  const auto error = error_body("42601", "bad", 7);
  for (std::size_t i = 0; i < error.size(); ++i)
    error_field(std::string_view(error).substr(0, i), 'P');
  CHECK(error_field(error, 'P') == "7");
  const auto values = bound({"1", std::nullopt});
  for (std::size_t i = 0; i <= values.size(); ++i)
    CHECK(read_parameters(std::string_view(values).substr(0, i), {}).size() <= 2);
}

TEST_CASE("binary values of the common types become text", "[facts][wire]") {
  const auto text = [](std::uint32_t type, const std::string& raw) {
    return to_text(raw, type, true).value_or("NULL");
  };
  CHECK(text(21, big_endian(0xFFFE, 2)) == "-2");
  CHECK(text(20, big_endian(5'000'000'000ULL, 8)) == "5000000000");
  CHECK(text(26, big_endian(0xFFFFFFFF, 4)) == "4294967295");
  CHECK(text(701, big_endian(0x3FF8000000000000ULL, 8)) == "1.5");
  CHECK(text(1184, big_endian(0, 8)) == "2000-01-01 00:00:00.000000+00");
  CHECK(text(1082, big_endian(1, 4)) == "2000-01-02");
  CHECK(text(1082, big_endian(0x7FFFFFFF, 4)) == "infinity");
  CHECK(text(1184, big_endian(0x7FFFFFFFFFFFFFFFULL, 8)) == "infinity");
  CHECK(text(17, "\x01\xff") == "\\x01ff");
  const auto numeric = big_endian(2, 2) + big_endian(0, 2) + big_endian(0x4000, 2) +
                       big_endian(2, 2) + big_endian(12, 2) + big_endian(3400, 2);
  CHECK(text(1700, numeric) == "-12.34");
  CHECK(text(2950, std::string(16, '\x11')) == "11111111-1111-1111-1111-111111111111");
  CHECK(to_text(std::nullopt, 23, true) == std::nullopt);
}

TEST_CASE("COPY data is read in both of its text formats", "[facts][wire]") {
  CHECK(read_copy("1\t\\N\n2\tx\\\\y\ncut", false, '\t') ==
        std::vector<Values>{{"1", std::nullopt}, {"2", "x\\y"}});
  CHECK(read_copy("1,\"a,\"\"b\"\n2,\n", true, ',') ==
        std::vector<Values>{{"1", "a,\"b"}, {"2", std::nullopt}});
}

}  // namespace ride::journal::facts::test
