#include "scorer/parameters.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/json.hpp"

namespace ride::scorer {
namespace {

namespace json = boost::json;

constexpr std::size_t name_bytes_max = 63;  // PostgreSQL's NAMEDATALEN - 1
constexpr std::size_t digits_max = 18;      // a bigint holds any of them

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
// Capitals too, so that {{Name}} is an error and no text.
bool is_word(char c) { return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

struct Place {
  std::size_t at = std::string_view::npos;  // npos: there is no more
  std::size_t length = 0;
  std::string name;
  bool spaced = false;
};

// What else stands in double braces is text: '{{1,2},{3,4}}' is an array.
Place place_at(std::string_view text, std::size_t at) {
  std::size_t next = at + 2;
  const auto skip_blanks = [&] {
    while (next < text.size() && text[next] == ' ') ++next;
  };
  skip_blanks();
  const auto first = next;
  while (next < text.size() && is_word(text[next])) ++next;
  const auto length = next - first;
  skip_blanks();
  if (length == 0 || is_digit(text[first]) || text.substr(next, 2) != "}}") return {};
  return {at, next + 2 - at, std::string(text.substr(first, length)), next + 2 - at != length + 4};
}

Place next_place(std::string_view text, std::size_t from) {
  for (auto at = text.find("{{", from); at != text.npos; at = text.find("{{", at + 1))
    if (auto found = place_at(text, at); found.at != text.npos) return found;
  return {};
}

std::string replaced(std::string_view text,
                     const std::function<std::string(const Place&)>& value_of) {
  std::string out;
  std::size_t done = 0;
  for (auto place = next_place(text, 0); place.at != text.npos; place = next_place(text, done)) {
    out.append(text.substr(done, place.at - done)).append(value_of(place));
    done = place.at + place.length;
  }
  return out.append(text.substr(done));
}

void replace_in(json::value& value, const std::function<std::string(std::string_view)>& change) {
  if (auto* text = value.if_string()) {
    *text = change(*text);
  } else if (auto* object = value.if_object()) {
    for (auto& pair : *object) replace_in(pair.value(), change);
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array) replace_in(item, change);
  }
}

Rules changed(const Rules& rules, const std::function<std::string(std::string_view)>& change) {
  auto all = json::parse(to_json(rules));
  replace_in(all, change);
  return from_json(json::serialize(all));
}

}  // namespace

bool is_parameter_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && !is_digit(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_plain_value(std::string_view value) {
  if (is_parameter_name(value)) return true;
  return !value.empty() && value.size() <= digits_max && (value[0] != '0' || value.size() == 1) &&
         std::all_of(value.begin(), value.end(), is_digit);
}

std::vector<std::string> parameters_in(std::string_view text) {
  std::vector<std::string> out;
  for (auto place = next_place(text, 0); place.at != text.npos;
       place = next_place(text, place.at + place.length))
    out.push_back(place.name);
  return out;
}

std::string with_values(std::string_view text, const Values& values) {
  return replaced(text, [&](const Place& place) {
    if (place.spaced)
      throw NoValue("write {{" + place.name + "}}, without blanks", place.name, place.at);
    const auto found = values.find(place.name);
    if (found == values.end())
      throw NoValue("there is no parameter \"" + place.name + "\"", place.name, place.at);
    return found->second;
  });
}

Rules with_values(const Rules& rules, const Values& values) {
  return changed(rules, [&](std::string_view text) { return with_values(text, values); });
}

Rules with_names(const Rules& rules) {
  return changed(rules, [](std::string_view text) {
    return replaced(text, [](const Place& place) { return "<" + place.name + ">"; });
  });
}

std::string to_json(const Values& values) {
  if (values.empty()) return "";
  json::object out;
  for (const auto& [name, value] : values) out.emplace(name, value);
  return json::serialize(out);
}

Values values_from_json(std::string_view text) {
  Values out;
  if (text.empty()) return out;
  const auto refuse = [] {
    throw std::runtime_error("the drawn values of an attempt cannot be read; is it damaged?");
  };
  boost::system::error_code error;
  const auto all = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !all.is_object()) refuse();
  for (const auto& [name, value] : all.as_object()) {
    if (!is_parameter_name(name) || !value.is_string() || !is_plain_value(value.as_string()))
      refuse();
    out[std::string(name)] = value.as_string().c_str();
  }
  return out;
}

}  // namespace ride::scorer
