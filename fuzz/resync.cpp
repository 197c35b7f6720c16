// A connection of which some cannot be read: reading begins again exactly where both sides are seen
// to rest, and what is told from there on holds as it did before.
//
// The input is as the session's: see conversation.hpp.
#include "protocol/resync.hpp"

#include <optional>
#include <string>

#include "fuzz/conversation.hpp"
#include "fuzz/ledger.hpp"
#include "protocol/messages.hpp"
#include "protocol/session.hpp"

namespace ride::fuzz {
namespace {

using protocol::Framer;
using protocol::Session;
using protocol::Side;

constexpr Bytes idle_ready("Z\0\0\0\5I", 6);

// What the server said since reading failed, and whether it rests by that: the manual's page, read
// from the end.
class ServerSide {
 public:
  void says(const protocol::Frame& frame) {
    if (frame.tag == 'N' || frame.tag == 'S' || frame.tag == 'A') return;
    said_ = {frame.tag, std::string(frame.body), frame.whole};
    unread_.reset();
  }
  void says_unread(Bytes chunk) {
    all_unread_ += chunk;
    unread_ = true;
  }
  void forget() { *this = {}; }
  bool rests() const {
    if (unread_) return all_unread_.ends_with(idle_ready);
    return said_.tag == 'Z' && said_.whole && said_.body == "I";
  }

 private:
  struct Said {
    char tag = 0;
    std::string body = {};
    bool whole = true;
  };
  Said said_;
  std::string all_unread_;
  std::optional<bool> unread_;
};

bool can_be_decoded(char tag, Bytes body) {
  using namespace protocol;
  switch (tag) {
    case 'Q':
      return bool(decode_query(body));
    case 'P':
      return bool(decode_parse(body));
    case 'B':
      return bool(decode_bind(body));
    case 'D':
      return bool(decode_describe(body));
    case 'E':
      return bool(decode_execute(body));
    case 'C':
      return bool(decode_close(body));
    case 'F':
      return bool(decode_function_call(body));
    default:
      return (tag == 'H' || tag == 'S' || tag == 'X') && body.empty();
  }
}

// Whole requests, the last of which the server answers by ReadyForQuery, or by going.
bool is_batch(Bytes chunk) {
  char last = 0;
  while (!chunk.empty()) {
    if (chunk.size() < 5) return false;
    std::uint64_t length = 0;
    for (const char byte : chunk.substr(1, 4))
      length = length << 8U | static_cast<unsigned char>(byte);
    if (length < 4 || chunk.size() < 1 + length) return false;
    last = chunk.front();
    if (!can_be_decoded(last, chunk.substr(5, length - 4))) return false;
    chunk.remove_prefix(1 + length);
  }
  return last == 'Q' || last == 'S' || last == 'F' || last == 'X';
}

// As the recorder has them together.
class Connection {
 public:
  explicit Connection(std::uint32_t kept)
      : client_(Side::client, kept), server_(Side::server, kept) {}

  void client_sends(Bytes chunk) {
    ledger_.count_wire(Side::client, chunk.size());
    if (unreadable()) {
      const bool may = resync_.may_begin_at(chunk);
      must(may == (said_.rests() && is_batch(chunk)), "it begins where both sides are at rest");
      if (may && between_messages()) read_again();
    } else {
      must(!resync_.may_begin_at(chunk), "what is read does not begin again");
    }
    observe(Side::client, client_, chunk);
  }
  void server_sends(Bytes chunk) {
    ledger_.count_wire(Side::server, chunk.size());
    observe(Side::server, server_, chunk);
  }
  void finish() {
    session_.finish(ledger_);
    ledger_.close();
  }

 private:
  bool unreadable() const { return client_.broken() || server_.broken() || session_.over(); }
  bool between_messages() const {
    return (client_.broken() || client_.between_messages()) &&
           (server_.broken() || server_.between_messages());
  }

  void read_again() {
    client_.restart();
    server_.restart();
    session_.resume(ledger_);
    resync_.forget();
    said_.forget();
    must(session_.lost() && !session_.idle(), "the first batch is not attributed");
    must(!client_.broken() && !server_.broken(), "both sides are read again");
  }

  void observe(Side side, Framer& framer, Bytes chunk) {
    framer.feed(chunk);
    while (const auto frame = framer.next()) {
      session_.on(side, *frame, ledger_);
      if (side == Side::client || !unreadable()) continue;
      resync_.on_server(*frame);
      said_.says(*frame);
    }
    if (const auto failure = framer.take_failure()) session_.on_broken(side, *failure, ledger_);
    if (side == Side::client || !framer.broken()) return;
    resync_.on_unreadable_server(chunk);
    said_.says_unread(chunk);
  }

  Framer client_;
  Framer server_;
  Session session_;
  Ledger ledger_;
  protocol::Resync resync_;
  ServerSide said_;
};

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  Connection connection(kept_bytes(input.u8()));
  connection.server_sends(ride::Bytes("Z\0\0\0\5I", 6));
  while (!input.empty()) {
    const auto piece = next_piece(input);
    if (piece.bytes.empty()) continue;  // no read is empty
    if (piece.side == ride::protocol::Side::client)
      connection.client_sends(piece.bytes);
    else
      connection.server_sends(piece.bytes);
  }
  connection.finish();
  return 0;
}
