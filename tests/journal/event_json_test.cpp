#include "journal/event_json.hpp"

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "tests/catch.hpp"

using namespace ride::journal;
using ride::Bytes;

TEST_CASE("an event prints as one JSON object by names", "[journal][json]") {
  Event event{.seq = 7,
              .attempt = 1,
              .kind = Kind::cancel_requested,
              .at_us = 5,
              .connection = 3,
              .body = {}};
  FieldWriter(event.body)
      .put(Field::connection, 2)
      .put(Field::message, "größer")
      .put(Field::data, Bytes("\xff\0", 2))
      .put(Field::digest, "AB");
  CHECK(boost::json::serialize(to_json(event)) ==
        R"({"seq":7,"attempt":1,"kind":"cancel_requested","at_us":5,"connection":3,)"
        R"("about_connection":2,"message":"größer","data":{"hex":"ff00"},"digest":"4142"})");
}

TEST_CASE("a damaged body and unknown fields are printed as such", "[journal][json]") {
  Event event;
  event.body = std::string("\xa0\x06\x05\x05\x09x", 6);  // field 400 = 5, then a name that is cut
  const auto json = to_json(event);
  CHECK(json.at("field_400").to_number<int>() == 5);
  CHECK(json.at("damaged").as_bool());
}

TEST_CASE("bytes that only look like UTF-8 are printed as hex", "[journal][json]") {
  const auto bytes = GENERATE(as<std::string>{}, "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                              "\xe2\x82", "\x80");
  Event event;
  FieldWriter(event.body).put(Field::text, bytes);
  CHECK(to_json(event).at("text").as_object().at("hex").as_string() == to_hex(bytes));
}
