// Cuts one direction of a connection, after its start-up packets, into frames: one message each.
//
//      0      1             5                          1 + length
//      ┌──────┬─────────────┬───────────────────────────┐
//      │ type │ length, BE  │ body: length - 4 bytes     │   the length counts itself, not the type
//      └──────┴─────────────┴───────────────────────────┘
//
// It looks on: the bytes are relayed by whoever owns them, whatever is found here. A frame is
// handed out when its last byte has arrived. What is no message (a length below 4 or above 1 GiB;
// from the client, a type the protocol does not have) breaks the framer: it says so once, through
// take_failure(), and ignores what follows until whoever knows where a message begins restarts it.
// Not thread-safe; one per direction. Never throws but bad_alloc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "protocol/reader.hpp"

namespace ride::protocol {

enum class Side : std::uint8_t { client, server };

inline constexpr std::uint32_t header_bytes = 5;                // type and length
inline constexpr std::uint32_t message_length_max = 1U << 30U;  // what PostgreSQL can hold at all
inline constexpr std::uint32_t kept_message_bytes_max = 64U << 10U;  // default of the limit below

struct Frame {
  char tag = 0;
  Bytes body;                    // the body, or its first kept bytes; dies at the next next()
  std::uint64_t body_bytes = 0;  // how long the body was on the wire
  bool whole = true;             // body.size() == body_bytes
};

class Framer {
 public:
  // Of a body longer than `kept_bytes_max` the first that many bytes are handed out. This is also
  // the most memory it ever holds, and it holds none while no message is half-way.
  explicit Framer(Side sender, std::uint32_t kept_bytes_max = kept_message_bytes_max)
      : sender_(sender), kept_bytes_max_(kept_bytes_max) {}

  // Hands over what has been read. The chunk must live until next() returns nothing, and next()
  // must have returned nothing before the next feed().
  //   framer.feed(received);
  //   while (const auto frame = framer.next()) session.on(side, *frame, observer);
  void feed(Bytes chunk);
  std::optional<Frame> next();

  void restart();  // the next chunk begins with a message
  // Passes over the messages of this type that follow whole and at once, without handing them out:
  // for rows of which nobody wants more than their number. To be called between two calls of
  // next().
  struct Run {
    std::uint64_t messages = 0;
    std::uint64_t body_bytes = 0;
  };
  Run skip(char tag);

  bool broken() const { return state_ == State::broken; }
  // Why it broke: once; after that, and while it is whole, nothing.
  std::optional<DecodeError> take_failure();
  bool between_messages() const { return state_ == State::header && header_filled_ == 0; }
  std::size_t held_bytes() const { return held_.capacity(); }

 private:
  enum class State : std::uint8_t { header, body, broken };

  std::optional<Frame> whole_frame();
  bool fill_header();
  std::optional<Frame> fill_body();
  void break_off(Fault fault);

  Side sender_;
  State state_ = State::header;
  std::uint32_t kept_bytes_max_;
  Bytes chunk_;                              // not yet looked at
  std::array<char, header_bytes> header_{};  // of the message under way
  std::uint32_t header_filled_ = 0;          // Invariant: <= header_bytes
  std::uint64_t body_bytes_ = 0;             // of the message under way, once the header is there
  std::uint64_t arrived_bytes_ = 0;          // of them; Invariant: <= body_bytes_
  std::string held_;                         // its beginning, where it came in several chunks
  bool held_handed_out_ = false;             // held_ may be freed at the next next()
  std::optional<DecodeError> failure_;
};

// Whether a client may send this type after start-up.
bool is_client_type(char tag);

}  // namespace ride::protocol
