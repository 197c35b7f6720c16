#include "journal/crc32c.hpp"

#include <string>

#include "tests/catch.hpp"

using namespace ride::journal;

TEST_CASE("CRC-32C has the published check value, however its input is cut", "[journal][crc]") {
  const std::string input = "123456789";
  CHECK(crc32c(0, input) == 0xe3069283U);
  CHECK(crc32c(0, std::string(32, '\0')) == 0x8a9136aaU);  // RFC 3720, B.4
  for (std::size_t cut = 0; cut <= input.size(); ++cut)
    CHECK(crc32c(crc32c(0, input.substr(0, cut)), input.substr(cut)) == 0xe3069283U);
}

TEST_CASE("CRC-32C by the processor's instruction is the same as by tables", "[journal][crc]") {
  std::string input;
  for (std::uint32_t i = 0; i < 300; ++i) {
    CHECK(crc32c(i, input) == crc32c_by_tables(i, input));
    input.push_back(static_cast<char>(i * 37U + 11U));
  }
}
