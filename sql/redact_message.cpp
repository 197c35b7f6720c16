#include "base/json.hpp"
#include "sql/redact.hpp"
#include "sql/secret_literal.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t log_line_depth_max = 32;  // of JSON; the server writes one level

// As a statement, and as a connection string without quotes around it.
std::optional<Redacted> redact_plain(std::string_view text) {
  std::optional<Redacted> out = redact(text);
  std::string content(out ? out->text : text);
  if (!cut_connection_string(content)) return out;
  if (!out) out.emplace();
  out->text = std::move(content);
  ++out->connection_strings;
  return out;
}

// Every string of a JSON value; adds to the counts.
void redact_json(boost::json::value& value, Redacted& counts) {
  if (auto* items = value.if_array())
    for (auto& item : *items) redact_json(item, counts);
  if (auto* fields = value.if_object())
    for (auto& field : *fields) redact_json(field.value(), counts);
  if (auto* text = value.if_string()) {
    const auto inner = redact_plain({text->data(), text->size()});
    if (!inner) return;
    counts.add_counts(*inner);
    *text = inner->text;
  }
}

}  // namespace

// A log line in JSON is redacted field by field, so that what is left of it is JSON still.
std::optional<Redacted> redact_message(std::string_view text) {
  if (!mentions_secret(text)) return std::nullopt;
  if (!text.starts_with('{')) return redact_plain(text);
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  options.max_depth = log_line_depth_max;
  boost::json::error_code error;
  boost::json::value value = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return redact_plain(text);
  Redacted out;
  redact_json(value, out);
  if (out.summary().empty()) return std::nullopt;
  out.text = boost::json::serialize(value);
  return out;
}

}  // namespace ride::sql
