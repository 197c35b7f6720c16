#include "journal/fields.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "tests/catch.hpp"

using namespace ride::journal;
using ride::Bytes;

namespace {

std::string sample() {
  std::string body;
  FieldWriter(body)
      .put(Field::request, 300)
      .put(Field::tag, "SELECT 1")
      .put(Field::rows, std::numeric_limits<std::uint64_t>::max())
      .put(Field::data, Bytes("\0\xff", 2));
  return body;
}

}  // namespace

TEST_CASE("a body has the documented bytes", "[journal][fields]") {
  std::string body;
  FieldWriter(body).put(Field::number, 300).put(Field::name, "ab");
  const std::string expected{'\x02',          // number = 1, integer
                             '\xac', '\x02',  // 300
                             '\x05',          // name = 2, bytes
                             '\x02',          // two of them
                             'a',    'b'};
  CHECK(body == expected);
}

TEST_CASE("what was put into a body comes out of it", "[journal][fields]") {
  const auto body = sample();
  const Fields fields(body);
  CHECK(fields.fine());
  CHECK(fields.get_int(Field::request) == 300);
  CHECK(fields.get_bytes(Field::tag) == "SELECT 1");
  CHECK(fields.get_int(Field::rows) == std::numeric_limits<std::uint64_t>::max());
  CHECK(fields.get_bytes(Field::data) == Bytes("\0\xff", 2));
  CHECK_FALSE(fields.has(Field::error));
  CHECK(fields.get_int(Field::pid, 7) == 7);
  CHECK_FALSE(fields.find_bytes(Field::error).has_value());
}

TEST_CASE("a value may be handed over behind its length", "[journal][fields]") {
  std::string head;
  FieldWriter(head).put(Field::rows, 1).put_length(Field::data, 3);
  const std::string body = head + "xyz";
  CHECK(Fields(body).get_bytes(Field::data) == "xyz");
}

TEST_CASE("a body cut anywhere inside a pair is not fine and is not read beyond its end",
          "[journal][fields]") {
  const auto whole = sample();
  std::vector<std::size_t> between{0};
  FieldReader reader(whole);
  while (reader.next()) between.push_back(whole.size() - reader.rest().size());
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string cut(whole, 0, length);  // its own memory, for the sanitizer
    const bool at_a_border = std::ranges::find(between, length) != between.end();
    CHECK(Fields(cut).fine() == at_a_border);
  }
}

TEST_CASE("fields of a newer version are skipped", "[journal][fields]") {
  std::string body;
  FieldWriter(body).put(Field::rows, 1);
  body += std::string("\xa0\x06\x05", 3);    // field 400, integer 5
  body += std::string("\xa1\x06\x02zz", 5);  // field 400, two bytes
  FieldWriter(body).put(Field::tag, "BEGIN");
  const Fields fields(body);
  CHECK(fields.fine());
  CHECK(fields.get_int(Field::rows) == 1);
  CHECK(fields.get_bytes(Field::tag) == "BEGIN");
}

TEST_CASE("numbers and lengths that cannot be are damage", "[journal][fields]") {
  CHECK_FALSE(Fields(std::string(11, '\xff')).fine());  // a number without an end
  CHECK_FALSE(Fields("\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                     "ab")
                  .fine());                // a huge length
  CHECK_FALSE(Fields("\x04\x01").fine());  // name = 2 as an integer
}

TEST_CASE("of a field that stands twice the first counts", "[journal][fields]") {
  std::string body;
  FieldWriter(body).put(Field::rows, 1).put(Field::rows, 2);
  CHECK(Fields(body).get_int(Field::rows) == 1);
}

TEST_CASE("every kind and field has its name", "[journal][fields]") {
  CHECK(kind_name(Kind::run_began) == "run_began");
  CHECK(kind_name(Kind::submit_ended) == "submit_ended");
  CHECK(kind_name(static_cast<Kind>(255)) == "unknown");
  CHECK(field_name(Field::redacted) == "redacted");
  CHECK(field_name(static_cast<Field>(200)) == "unknown");
  CHECK(find_field(0) == nullptr);
  CHECK(type_name(find_field(4)->type) == "blob");
}
