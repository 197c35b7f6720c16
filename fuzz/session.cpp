// Any bytes of both sides in any order: what a session tells of them contradicts neither itself nor
// what it says when asked, and does not depend on how the bytes were cut.
#include "protocol/session.hpp"

#include <vector>

#include "fuzz/conversation.hpp"
#include "fuzz/ledger.hpp"

namespace ride::fuzz {
namespace {

using protocol::Framer;
using protocol::Session;
using protocol::Side;

constexpr std::uint32_t pending_messages_max = 12;  // few, so that small inputs reach the limit

class Connection {
 public:
  explicit Connection(std::uint32_t kept)
      : client_(Side::client, kept),
        server_(Side::server, kept),
        session_({.pending_messages_max = pending_messages_max}) {}

  void pass(Side side, Bytes bytes) {
    auto& framer = side == Side::client ? client_ : server_;
    ledger_.count_wire(side, bytes.size());
    framer.feed(bytes);
    while (const auto frame = framer.next()) {
      session_.on(side, *frame, ledger_);
      check();
    }
    if (const auto failure = framer.take_failure()) session_.on_broken(side, *failure, ledger_);
    check();
  }

  std::uint64_t finish() {
    session_.finish(ledger_);
    ledger_.close();
    session_.finish(ledger_);
    must(!session_.idle() && session_.in_flight() == 0, "what is over is not at rest");
    return ledger_.digest();
  }

 private:
  void check() const {
    const auto in_flight = session_.in_flight();
    must(session_.last_request() == ledger_.asked_last(), "all requests were told");
    must(in_flight <= ledger_.asked_last(), "what is in flight was asked");
    must(in_flight == 0 || in_flight > ledger_.through(), "what is in flight is not answered");
    must(!session_.idle() || (session_.started() && !session_.busy() && !session_.lost()),
         "at rest means started, followed and nothing owed");
    must(!session_.idle() || session_.status() == protocol::TxStatus::idle, "no transaction then");
  }

  Framer client_;
  Framer server_;
  Session session_;
  Ledger ledger_;
};

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  const auto choice = input.u8();
  Connection in_pieces(kept_bytes(choice));
  Connection byte_by_byte(kept_bytes(choice));
  if ((choice & 0x80U) == 0) {  // most inputs begin behind the start-up
    for (auto* connection : {&in_pieces, &byte_by_byte})
      connection->pass(ride::protocol::Side::server, ride::Bytes("Z\0\0\0\5I", 6));
  }
  while (!input.empty()) {
    const auto piece = next_piece(input);
    in_pieces.pass(piece.side, piece.bytes);
    for (const char& byte : piece.bytes) byte_by_byte.pass(piece.side, ride::Bytes(&byte, 1));
  }
  must(in_pieces.finish() == byte_by_byte.finish(), "the record does not depend on the cuts");
  return 0;
}
