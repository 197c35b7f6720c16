#include "tests/proxy/differential/server_bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <regex>

namespace ride::test {
namespace {

constexpr std::size_t header_bytes = 5;
constexpr std::size_t shown_bytes_max = 200;
constexpr std::string_view temporary = "pg_temp_";

std::uint64_t wire_bytes(std::string_view header) {
  std::uint64_t length = 0;
  for (const char byte : header.substr(1, 4))
    length = length << 8U | static_cast<unsigned char>(byte);
  return length + 1;
}

// In a RowDescription, the oids of tables: those of temporary tables are drawn anew.
void hide_table_oids(std::string& message) {
  constexpr std::size_t behind_name_bytes = 18;
  auto at = header_bytes + 2;
  for (auto end = message.find('\0', at); end != std::string::npos; end = message.find('\0', at)) {
    at = end + 1 + behind_name_bytes;
    if (at > message.size()) return;
    std::fill_n(message.begin() + static_cast<std::ptrdiff_t>(end) + 1, 4, '?');
  }
}

std::string without_what_differs(std::string message) {
  if (message.size() <= header_bytes) return message;
  if (message[0] == 'T') hide_table_oids(message);
  if (message[0] == 'K') std::fill(message.begin() + header_bytes, message.end(), '?');
  if (message[0] == 'A' && message.size() >= header_bytes + 4)
    std::fill_n(message.begin() + header_bytes, 4, '?');
  for (auto at = message.find(temporary); at != std::string::npos;
       at = message.find(temporary, at)) {
    at += temporary.size();
    if (at < message.size() && message[at] >= '0' && message[at] <= '9') message[at] = '?';
  }
  return message;
}

// The fields of an error that say what happened, in a form of our own.
std::string words_of(const std::string& message) {
  if (message.size() <= header_bytes || message[0] != 'E') return message;
  std::string out = "E";
  for (std::size_t at = header_bytes; at < message.size() && message[at] != '\0';) {
    const auto end = message.find('\0', at);
    const auto field = message.substr(at, end - at);
    if (std::string_view("FLR").find(field[0]) == std::string_view::npos)
      out += field.substr(0, field.find(": server supports")) + '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace

std::vector<std::string> server_messages(std::string_view bytes, std::size_t single_bytes) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < single_bytes && !bytes.empty(); ++i) {
    out.emplace_back(bytes.substr(0, 1));
    bytes.remove_prefix(1);
  }
  while (!bytes.empty()) {
    const auto size =
        bytes.size() < header_bytes
            ? bytes.size()
            : static_cast<std::size_t>(std::min<std::uint64_t>(wire_bytes(bytes), bytes.size()));
    out.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return out;
}

bool is_whole(std::string_view piece) {
  return piece.size() >= header_bytes && wire_bytes(piece) == piece.size();
}

std::string comparable(std::string_view bytes, std::size_t single_bytes) {
  std::string out;
  for (auto& message : server_messages(bytes, single_bytes))
    out += without_what_differs(std::move(message));
  return out;
}

std::string without_wal_positions(const std::string& comparable_bytes) {
  static const std::regex position("[0-9A-F]+/[0-9A-F]{6,8}");
  return std::regex_replace(comparable_bytes, position, "?/?");
}

std::string comparable_words(std::string_view bytes, std::size_t single_bytes) {
  std::string out;
  for (const auto& message : server_messages(bytes, single_bytes)) out += words_of(message);
  return out;
}

std::string to_text(const std::vector<std::string>& messages) {
  std::string out;
  for (const auto& message : messages) {
    out += std::to_string(message.size()) + " bytes: ";
    for (const char byte : message.substr(0, shown_bytes_max))
      out += byte >= ' ' && byte <= '~' ? byte : '.';
    out += '\n';
  }
  return out;
}

}  // namespace ride::test
