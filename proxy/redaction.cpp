#include "proxy/redaction.hpp"

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

// `syntax error at or near "hunter2"` keeps its beginning, which tells what went wrong.
std::string without_quotes(char type, std::string_view value) {
  if (type != 'M') return std::string(taken_out);
  const auto quote = value.find_first_of("\"'");
  if (quote == std::string_view::npos) return std::string(value);
  return std::string(value.substr(0, quote)) + std::string(taken_out);
}

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
  protocol::Reader in('E', body);
  while (in.left() > 0) {
    const char type = static_cast<char>(in.u8());
    if (type == '\0') break;
    const auto value = in.cstring();
    auto kept =
        secret_statement && may_quote(type) ? without_quotes(type, value) : redact_text(value);
    out.changed = out.changed || kept != value;
    out.body.append(1, type).append(kept).append(1, '\0');
  }
  out.body.append(1, '\0');
  return out;
}

std::optional<std::string> redact_row(Bytes body) {
  if (!sql::redact_message(body)) return std::nullopt;
  protocol::Reader in('D', body);
  std::string out(in.bytes(2));
  bool changed = false;
  while (in.left() > 0 && !in.error()) {
    const auto value = in.value();
    if (!value) {
      append_u32(out, 0xffffffffU);
      continue;
    }
    const auto kept = redact_text(*value);
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
    const bool secret = name.find("password") != std::string_view::npos;
    out.append(name).append(1, '\0');
    out.append(secret ? std::string(taken_out) : redact_text(value)).append(1, '\0');
  }
  return out;
}

}  // namespace ride::proxy
