// Bytes as they stand on the wire, for tests that say them themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/framer.hpp"
#include "protocol/messages.hpp"
#include "tests/proxy/recording.hpp"

namespace ride::test {

using namespace std::string_literals;

inline constexpr std::uint32_t version_3_0 = 3U << 16U;
inline constexpr std::uint32_t version_3_2 = 3U << 16U | 2U;

inline std::string number_bytes(std::uint64_t number) {  // four, big-endian
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(number >> static_cast<unsigned>(shift) & 0xffU));
  return out;
}

// "user oncall database postgres" and what is added, each word with its NUL.
inline std::string startup(std::uint32_t protocol = version_3_0,
                           const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"user", "oncall", "database", "postgres"};
  words.insert(words.end(), more.begin(), more.end());
  std::string parameters;
  for (const auto& word : words) parameters += word + '\0';
  std::string out;
  protocol::encode(protocol::StartupMessage{.protocol = protocol, .parameters = parameters}, out);
  return out;
}

template <typename... Messages>
std::string messages(const Messages&... parts) {
  std::string out;
  (protocol::encode(parts, out), ...);
  return out;
}

struct Message {
  char tag = 0;
  std::string body = {};
};

// Whole messages of one direction; what is left over is not among them.
inline std::vector<Message> split(std::string_view bytes) {
  std::vector<Message> out;
  protocol::Framer framer(protocol::Side::server, 1U << 30U);
  framer.feed(bytes);
  while (const auto frame = framer.next()) out.push_back({frame->tag, std::string(frame->body)});
  return out;
}

inline std::string tags(std::string_view bytes) {
  std::string out;
  for (const auto& message : split(bytes)) out.push_back(message.tag);
  return out;
}

inline std::string body_of(std::string_view bytes, char tag) {  // of the first; "" without one
  for (const auto& message : split(bytes))
    if (message.tag == tag) return message.body;
  return "";
}

inline const auto idle_ready = "Z\0\0\0\5I"s;

inline std::string own_server() {  // the unix socket of the test's own PostgreSQL
  return Postgres::instance().socket_directory() + "/.s.PGSQL.5432";
}

}  // namespace ride::test
