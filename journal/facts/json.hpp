// Reads JSON that others wrote without trusting its shape: absent, mistyped and null are all "".
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace ride::journal::facts {

inline std::string json_text(const boost::json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.get_string());
  return boost::json::serialize(value);
}

inline std::string json_text(const boost::json::object& object, std::string_view key) {
  const auto* found = object.if_contains(boost::json::string_view(key.data(), key.size()));
  return found == nullptr ? std::string() : json_text(*found);
}

inline std::int64_t json_integer(const boost::json::object& object, std::string_view key) {
  const auto* found = object.if_contains(boost::json::string_view(key.data(), key.size()));
  if (found == nullptr) return 0;
  boost::system::error_code error;
  const auto number = found->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

inline bool json_true(const boost::json::object& object, std::string_view key) {
  const auto* found = object.if_contains(boost::json::string_view(key.data(), key.size()));
  return found != nullptr && found->is_bool() && found->get_bool();
}

// Calls visit(object) for each object of the array under `key`.
template <typename Visit>
void json_each(const boost::json::value& value, std::string_view key, Visit visit) {
  if (!value.is_object()) return;
  const auto* found =
      value.get_object().if_contains(boost::json::string_view(key.data(), key.size()));
  if (found == nullptr || !found->is_array()) return;
  for (const auto& element : found->get_array())
    if (element.is_object()) visit(element.get_object());
}

}  // namespace ride::journal::facts
