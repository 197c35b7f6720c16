#include "journal/event_json.hpp"

#include "base/json.hpp"
#include "journal/fields.hpp"

namespace ride::journal {
namespace {

// How many bytes the UTF-8 character at the front takes; 0 where there is none (overlong forms,
// surrogates and numbers above U+10FFFF are none).
std::size_t character_bytes(Bytes bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  const auto second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : length;
}

bool is_utf8(Bytes bytes) {
  while (!bytes.empty()) {
    const auto length = character_bytes(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

boost::json::value bytes_value(const FieldInfo* info, Bytes bytes) {
  if (info != nullptr && info->field == Field::digest) return boost::json::string(to_hex(bytes));
  if (is_utf8(bytes)) return boost::json::string(bytes);
  return boost::json::object{{"hex", to_hex(bytes)}};
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 0xfU];
  }
  return out;
}

boost::json::object to_json(const Event& event) {
  boost::json::object out{{"seq", event.seq},
                          {"attempt", event.attempt},
                          {"kind", kind_name(event.kind)},
                          {"at_us", event.at_us},
                          {"connection", event.connection}};
  FieldReader reader(event.body);
  while (const auto value = reader.next()) {
    const auto* const info = find_field(value->number);
    std::string name =
        info != nullptr ? std::string(info->name) : "field_" + std::to_string(value->number);
    // The envelope has a connection too: the one in a body is the connection that is spoken about.
    if (out.contains(name)) name = "about_" + name;
    if (value->is_bytes) {
      out[name] = bytes_value(info, value->bytes);
    } else {
      out[name] = value->integer;
    }
  }
  if (!reader.fine()) out["damaged"] = true;
  return out;
}

}  // namespace ride::journal
