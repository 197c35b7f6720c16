#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "sql/cutter.hpp"
#include "sql/redact.hpp"
#include "sql/secret_literal.hpp"

namespace ride::sql {
namespace {

namespace json = boost::json;

constexpr std::size_t json_depth_max = 32;

// As a statement, and as a connection string without quotes around it.
std::optional<Redacted> redact_plain(std::string_view text, Reading reading) {
  std::optional<Redacted> out = find_secrets(text, reading).cut;
  std::string content(out ? out->text : text);
  if (!cut_connection_string(content)) return out;
  if (!out) out.emplace();
  out->text = std::move(content);
  ++out->connection_strings;
  return out;
}

constexpr Reading as_message{TextKind::message, false};

// Every string of a JSON value, and whatever stands under a name like "password"; adds to the
// counts.
void redact_json(json::value& value, Redacted& counts) {
  if (auto* items = value.if_array())
    for (auto& item : *items) redact_json(item, counts);
  if (auto* fields = value.if_object()) {
    for (auto& field : *fields) {
      const bool secret = names_secret(field.key()) && !field.value().is_null();
      if (!secret) {
        redact_json(field.value(), counts);
        continue;
      }
      field.value() = redacted_mark;
      ++counts.passwords;
    }
  }
  if (auto* text = value.if_string()) {
    const auto inner = redact_plain({text->data(), text->size()}, as_message);
    if (!inner) return;
    counts.add_counts(*inner);
    *text = inner->text;
  }
}

std::optional<json::value> read_json(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  options.max_depth = json_depth_max;
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

constexpr std::string_view raise_mark = " at RAISE";
constexpr std::string_view own_mark = "ride: ";  // of the event triggers and fences

std::string_view text_of(const json::object& fields, std::string_view key) {
  const auto* found = fields.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return {found->as_string().data(), found->as_string().size()};
}

// EXECUTE does not show what it executes; nobody but its session knows whether it takes a secret.
bool is_execute(std::string_view statement) {
  const auto tokens = scan_words(statement);
  return tokens && !tokens->empty() && equals_ignoring_case(tokens->front().text, "execute");
}

// A line of the server's log as a whole.
struct About {
  bool secret = false;    // a field carries one: the others can quote it
  bool executes = false;  // its statement is an EXECUTE
  bool raised = false;    // the learner's own code said it
};

About look_at(const json::object& fields) {
  About out;
  for (const auto& field : fields) {
    const auto* text = field.value().if_string();
    if (text == nullptr) continue;
    out.secret = out.secret || find_secrets({text->data(), text->size()}, as_message).carries;
  }
  constexpr std::string_view logged = "statement: ";
  const auto message = text_of(fields, "message");
  out.executes = is_execute(text_of(fields, "statement")) ||
                 (message.starts_with(logged) && is_execute(message.substr(logged.size())));
  out.raised = text_of(fields, "context").find(raise_mark) != std::string_view::npos ||
               text_of(fields, "state_code").starts_with("P0");
  // Of a warning the log does not say in which statement it was raised.
  const bool of_unknown =
      out.raised && text_of(fields, "statement").empty() && !message.starts_with(own_mark);
  out.secret = out.secret || out.executes || of_unknown;
  return out;
}

// What is said of a statement that carries a secret is kept up to what may be a quote, unless the
// learner's own code said it.
std::string without_quotes(std::string_view key, std::string_view text, bool raised) {
  if (text.starts_with(own_mark)) return std::string(text);
  const bool told = key == "context" || (key == "message" && !raised);
  if (!told) return std::string(redacted_mark);
  const auto quote = text.find_first_of("'\"$");
  if (quote == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, quote)) + std::string(redacted_mark);
}

void redact_field(std::string_view key, json::string& text, const About& about, Redacted& out) {
  constexpr auto quoting =
      std::to_array<std::string_view>({"message", "detail", "hint", "context", "internal_query"});
  const std::string_view said(text.data(), text.size());
  const auto inner = redact_plain(said, {TextKind::message, about.executes});
  if (inner) {
    out.add_counts(*inner);
    text = inner->text;
    return;
  }
  if (!about.secret || std::find(quoting.begin(), quoting.end(), key) == quoting.end()) return;
  const auto kept = without_quotes(key, said, about.raised);
  if (kept == said) return;
  ++out.cut_tails;
  text = kept;
}

}  // namespace

std::optional<Redacted> redact_message(std::string_view text) {
  if (!mentions_secret(text)) return std::nullopt;
  if (!text.starts_with('{') && !text.starts_with('[')) return redact_plain(text, as_message);
  auto value = read_json(text);
  if (!value) return redact_plain(text, as_message);
  Redacted out;
  redact_json(*value, out);
  if (out.summary().empty()) return std::nullopt;
  out.text = json::serialize(*value);
  return out;
}

std::optional<Redacted> redact_log_line(std::string_view line) {
  const bool mentions = mentions_secret(line);
  if (!mentions && find_ignoring_case(line, "execute") == std::string_view::npos &&
      line.find(raise_mark) == std::string_view::npos)
    return std::nullopt;
  auto value = read_json(line);
  if (!value || !value->is_object()) return redact_plain(line, as_message);
  auto& fields = value->as_object();
  const About about = look_at(fields);
  Redacted out;
  for (auto& field : fields)
    if (auto* text = field.value().if_string()) redact_field(field.key(), *text, about, out);
  if (out.summary().empty()) return std::nullopt;
  out.text = json::serialize(*value);
  return out;
}

std::optional<Redacted> redact_copy(std::string_view data) {
  if (!mentions_secret(data)) return std::nullopt;
  for (std::size_t at = 0; at < data.size();) {
    const auto line = data.substr(at, data.find('\n', at) - at);
    const auto hint = first_hint(line);
    if (hint != std::string_view::npos && redact_plain(line, as_message)) {
      Redacted out;
      out.text =
          std::string(data.substr(0, at + secret_tail(line, hint))) + std::string(redacted_mark);
      out.cut_tails = 1;
      return out;
    }
    at += line.size() + 1;
  }
  return std::nullopt;
}

}  // namespace ride::sql
