#include "proxy/redaction.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "protocol/reader.hpp"
#include "sql/redact.hpp"

namespace ride::proxy {
namespace {

constexpr std::string_view taken_out = "<redacted>";

// The fields that may quote the statement: message, detail, hint, internal query, context.
bool may_quote(char type) {
  return type == 'M' || type == 'D' || type == 'H' || type == 'q' || type == 'W';
}

// What an error's fields say of the error as a whole.
struct About {
  bool secret = false;  // a field carries one: the others may quote it
  bool raised = false;  // by code of the learner's, and no error: its words are anybody's
};

About look_at(Bytes body, bool secret_statement) {
  About out{secret_statement, true};
  const bool mentions = sql::mentions_secret(body);
  protocol::Reader in('E', body);
  while (in.left() > 0) {
    const char type = static_cast<char>(in.u8());
    if (type == '\0') break;
    const auto value = in.cstring();
    if (mentions && may_quote(type))
      out.secret = out.secret || sql::find_secrets(value, {sql::TextKind::message, false}).carries;
    if ((type == 'S' || type == 'V') && (value == "ERROR" || value == "FATAL" || value == "PANIC"))
      out.raised = false;
  }
  const auto holds = [&](Bytes what) { return body.find(what) != Bytes::npos; };
  out.raised = out.raised || holds(" at RAISE") || holds(Bytes("\0CP0", 4));
  return out;
}

// `syntax error at or near "hunter2"` keeps its beginning, which tells what went wrong.
std::string without_quotes(char type, std::string_view value, bool raised) {
  if (type != 'M' || raised) return std::string(taken_out);
  const auto quote = value.find_first_of("\"'");
  if (quote == std::string_view::npos) return std::string(value);
  return std::string(value.substr(0, quote)) + std::string(taken_out);
}

// How PostgreSQL itself hides passwords in its views.
bool is_blotted(Bytes value) { return value.find_first_not_of('*') == Bytes::npos; }

void append_u32(std::string& out, std::uint32_t value) {
  const std::array<char, 4> bytes = {
      static_cast<char>(value >> 24U), static_cast<char>(value >> 16U & 0xffU),
      static_cast<char>(value >> 8U & 0xffU), static_cast<char>(value & 0xffU)};
  out.append(bytes.data(), bytes.size());
}

}  // namespace

std::string redact_text(std::string_view text) {
  auto redacted = sql::redact_message(text);
  return redacted ? std::move(redacted->text) : std::string(text);
}

RedactedBody redact_error(Bytes body, bool secret_statement) {
  RedactedBody out;
  const auto about = look_at(body, secret_statement);
  protocol::Reader in('E', body);
  while (in.left() > 0) {
    const char type = static_cast<char>(in.u8());
    if (type == '\0') break;
    const auto value = in.cstring();
    auto kept = redact_text(value);
    if (about.secret && may_quote(type) && (secret_statement || kept == value))
      kept = without_quotes(type, value, about.raised);
    out.changed = out.changed || kept != value;
    out.body.append(1, type).append(kept).append(1, '\0');
  }
  out.body.append(1, '\0');
  return out;
}

std::vector<std::size_t> secret_columns(Bytes row_description) {
  std::vector<std::size_t> out;
  if (!sql::mentions_secret(row_description)) return out;
  constexpr std::size_t described_bytes = 18;  // table, attribute, type, size, modifier, format
  protocol::Reader in('T', row_description);
  in.bytes(2);
  for (std::size_t column = 0; in.left() > 0 && !in.error(); ++column) {
    if (sql::names_secret(in.cstring())) out.push_back(column);
    in.bytes(described_bytes);
  }
  return out;
}

std::optional<std::string> redact_row(Bytes body, const std::vector<std::size_t>& secret_columns) {
  if (secret_columns.empty() && !sql::mentions_secret(body)) return std::nullopt;
  protocol::Reader in('D', body);
  std::string out(in.bytes(2));
  bool changed = false;
  bool named = false;  // by the value before
  for (std::size_t column = 0; in.left() > 0 && !in.error(); ++column) {
    const auto value = in.value();
    if (!value) {
      append_u32(out, 0xffffffffU);
      continue;
    }
    const bool secret =
        named || std::binary_search(secret_columns.begin(), secret_columns.end(), column);
    const auto kept = secret && !is_blotted(*value) ? std::string(taken_out) : redact_text(*value);
    named = sql::is_secret_name(*value);
    changed = changed || kept != *value;
    append_u32(out, static_cast<std::uint32_t>(kept.size()));
    out.append(kept);
  }
  if (in.error() || !changed) return std::nullopt;
  return out;
}

std::string redact_parameters(Bytes pairs) {
  std::string out;
  protocol::Reader in('\0', pairs);
  while (in.left() > 0 && !in.error()) {
    const auto name = in.cstring();
    const auto value = in.cstring();
    const bool secret = sql::names_secret(name);
    out.append(name).append(1, '\0');
    out.append(secret ? std::string(taken_out) : redact_text(value)).append(1, '\0');
  }
  return out;
}

}  // namespace ride::proxy
