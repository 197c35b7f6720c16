// An event for people and programs to read: one JSON object with seq, attempt, kind, at_us,
// connection and the fields of the body by name.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "journal/event.hpp"

namespace ride::journal {

// Integers are numbers (above 2^63 too); bytes that are valid UTF-8 are strings, others are
// {"hex": "…"}; digests are always a string of hex digits. A field of a newer version is "field_N".
// A body that is damaged gets "damaged": true beside what could be read; a field named like one of
// the envelope (connection, in cancel_requested) is "about_NAME".
boost::json::object to_json(const Event& event);

// Lower-case hex digits, two a byte.
std::string to_hex(std::string_view bytes);

}  // namespace ride::journal
