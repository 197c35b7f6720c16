// One raw conversation through a proxy, and what facts make of what was recorded.
#pragma once

#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "protocol/messages.hpp"
#include "tests/proxy/recording.hpp"

namespace ride::test {

// A start-up packet as `oncall`.
std::string start_up();

// All messages at once, then Terminate and no more; what the server said to its end.
std::string converse_bytes(Recording& recording, std::string messages);

template <typename... Messages>
std::string converse(Recording& recording, const Messages&... parts) {
  std::string bytes;
  (protocol::encode(parts, bytes), ...);
  return converse_bytes(recording, std::move(bytes));
}

journal::facts::Facts facts_of(Recording& recording);
// "outcome sqlstate-or-tag text" of each statement.
std::vector<std::string> told(const journal::facts::Facts& facts);

// The raw bytes of a field of the first event of a kind.
std::string raw(Recording& recording, journal::Kind kind, journal::Field field);

}  // namespace ride::test
