// One row of the differential table: a name and what a client sends, message by message. Rows are
// data: what is to be shown with them stands in compare.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "protocol/messages.hpp"
#include "protocol/startup.hpp"

namespace ride::test {

// What a client sends in one go. Encryption requests are answered by a byte without a header, and
// the client waits for it.
struct Step {
  std::string bytes = "";
  bool awaits_byte = false;
};

struct Sequence {
  std::string name;
  std::vector<Step> steps;
  // Who ends the connection: PostgreSQL of its own accord, or the client, which closes its side
  // when it has all answers.
  bool server_closes = false;
  // The client sends what cannot be read: then a gap in the record is honest.
  bool unreadable = false;
  // The server must not be asked: it is not there yet, or TLS is the proxy's. The proxy says the
  // same as PostgreSQL, without the place in PostgreSQL's source and the versions it speaks.
  bool proxy_answers = false;
  // What the server does depends on how the bytes reach it.
  bool all_at_once = false;
  // Not all of the bytes go on to the server: the first packet never becomes whole, or is a cancel.
  bool not_relayed = false;
  bool behind_start_up = false;
  // The answer tells how far the write-ahead log has come.
  bool tells_wal_position = false;

  Sequence closed_by_server() const;  // each: a copy that is marked so
  Sequence not_readable() const;
  Sequence answered_by_proxy() const;
  Sequence sent_at_once() const;
  Sequence never_relayed() const;
  Sequence with_wal_position() const;
};

// A message that only damage can make, or a number of copies of one.
struct Raw {
  std::string bytes;
};
void encode(const Raw& message, std::string& out);

// An SSLRequest or a GSSENCRequest, and the byte that answers it awaited.
Step ssl_request();
Step gssenc_request();

// A start-up packet for `oncall` at `postgres`, with `more` parameters: "name\0value\0"s.
std::string start_up(const std::string& more = "", std::uint32_t version = 3U << 16U);

// A packet of start-up as `body` has it, behind a length that fits.
std::string packet(const std::string& body);

inline Step to_step(const Step& step) { return step; }
inline Step to_step(const std::string& bytes) { return {bytes}; }
template <typename Message>
Step to_step(const Message& message) {
  using protocol::encode;
  Step step;
  encode(message, step.bytes);
  return step;
}

// A row of these packets and messages. A Terminate at its end makes the server close.
template <typename... Messages>
Sequence raw_sequence(std::string name, const Messages&... messages) {
  return {.name = std::move(name), .steps = {to_step(messages)...}};
}

// The same behind a start-up.
template <typename... Messages>
Sequence sequence(std::string name, const Messages&... messages) {
  auto out = raw_sequence(std::move(name), start_up(), messages...);
  out.behind_start_up = true;
  return out;
}

template <typename Message>
Raw times(std::size_t count, const Message& message) {
  const auto one = to_step(message).bytes;
  Raw all;
  for (std::size_t i = 0; i < count; ++i) all.bytes += one;
  return all;
}

}  // namespace ride::test
