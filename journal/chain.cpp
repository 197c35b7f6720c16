#include "journal/chain.hpp"

#include <algorithm>
#include <array>

namespace ride::journal {
namespace {

constexpr std::size_t header_bytes = 32 + 8 + 8 + 4 + 4 + 1;
constexpr std::size_t gathered_bytes_max = 512;

template <typename Integer>
char* put(char* at, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    *at++ = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return at;
}

}  // namespace

std::int64_t link_of(const Digest& hash) {
  const std::int64_t number = hash[0] << 16U | hash[1] << 8U | hash[2];
  return number < 1 << 23U ? number : number - (1 << 24U);
}

// A short body, as nearly all are, is hashed in one piece with what stands before it.
std::int64_t Chain::add(Seq seq, std::uint32_t attempt, Kind kind, std::int64_t at_us,
                        ConnectionId connection, Bytes stored_body) {
  std::array<char, gathered_bytes_max> bytes;
  char* at = std::ranges::copy(as_bytes(state_.head), bytes.data()).out;
  at = put(at, seq);
  at = put(at, at_us);
  at = put(at, attempt);
  at = put(at, connection);
  at = put(at, static_cast<std::uint8_t>(kind));
  const bool fits = stored_body.size() <= gathered_bytes_max - header_bytes;
  if (fits) at = std::ranges::copy(stored_body, at).out;
  sha256_.add({bytes.data(), static_cast<std::size_t>(at - bytes.data())});
  if (!fits) sha256_.add(stored_body);
  state_ = {seq, sha256_.finish()};
  return link_of(state_.head);
}

}  // namespace ride::journal
