#include "journal/shared_text.hpp"

#include "journal/fields.hpp"
#include "tests/catch.hpp"

using namespace ride::journal;

TEST_CASE("a pair is taken out of a body and put back where it was", "[journal][text]") {
  std::string body;
  FieldWriter(body).put(Field::name, "s").put(Field::text, "SELECT 1").put(Field::rows, 3);
  const auto cut = cut_at(body, Field::text);
  REQUIRE(cut.found);
  CHECK(cut.value == "SELECT 1");
  std::string shared;
  join(cut, Field::digest, "DIGEST", shared);
  const Fields fields(shared);
  CHECK_FALSE(fields.has(Field::text));
  CHECK(fields.get_bytes(Field::digest) == "DIGEST");
  CHECK(fields.get_int(Field::rows) == 3);
  std::string whole;
  join(cut_at(shared, Field::digest), Field::text, "SELECT 1", whole);
  CHECK(whole == body);
}

TEST_CASE("a body without the field is not cut", "[journal][text]") {
  std::string body;
  FieldWriter(body).put(Field::rows, 3);
  CHECK_FALSE(cut_at(body, Field::text).found);
  CHECK_FALSE(cut_at("\x07\x50zz", Field::text).found);  // damaged: cut off inside the text
}
