// A client that keeps the protocol, or nearly, against a server that keeps it: each answer must be
// told of the request that the server gave it to. Where the protocol leaves a doubt the session may
// say that it is lost; it may never tell what is not so.
//
//   u8 below 0xa0: the client sends, which is in the low 4 bits    else: the server's choice, in
//   the low 6 bits
#include <algorithm>
#include <string_view>

#include "fuzz/input.hpp"
#include "fuzz/ledger.hpp"
#include "fuzz/server_model.hpp"
#include "protocol/session.hpp"

namespace ride::fuzz {
namespace {

using protocol::Ending;
using protocol::Frame;
using protocol::Side;
using namespace std::string_view_literals;

class Dialogue {
 public:
  Dialogue() {
    pass(Side::server, 'Z', "I");
    ledger_.take();
  }

  void client_sends(std::uint8_t choice) {
    // Portals and statements without a name; the sessions' own tests have the names.
    constexpr auto types = "QPBDECFSddcfHSDX"sv;
    const char tag = types[choice];
    const bool portal = choice == 14;
    if (gone_) return;
    const bool is_request = "QPBDECF"sv.find(tag) != std::string_view::npos;
    model_.receive(tag, is_request ? ledger_.asked_last() + 1 : 0, portal);
    pass(Side::client, tag, client_body(tag, portal));
    ledger_.take();
    gone_ = tag == 'X';
    forget_doubt();
  }

  void server_acts(std::uint8_t choice) {
    if (model_.gone()) return;
    if (choice == 0x3f) return pass_asynchronous();
    const auto said = model_.act(choice);
    if (!said) return;
    const bool was_lost = session_.lost();
    pass(Side::server, said->tag, said->body);
    const auto told = ledger_.take();
    if (was_lost || session_.lost())
      check_lost();
    else
      check(said->truth, told);
    forget_doubt();
    if (model_.at_rest() && !model_.in_doubt())
      must(!session_.busy(), "a server at rest owes nothing");
  }

  void finish() {
    session_.finish(ledger_);
    ledger_.close();
  }

 private:
  static Bytes client_body(char tag, bool portal) {
    switch (tag) {
      case 'Q':
        return "q\0"sv;
      case 'P':
        return "\0q\0\0\0"sv;
      case 'B':
        return "\0\0\0\0\0\0\0\0"sv;
      case 'D':
      case 'C':
        return portal ? "P\0"sv : "S\0"sv;
      case 'E':
        return "\0\0\0\0\0"sv;
      case 'F':
        return "\0\0\0\1\0\0\0\0\0\0"sv;
      case 'd':
        return "data";
      case 'f':
        return "\0"sv;
      default:
        return "";
    }
  }

  void pass(Side side, char tag, Bytes body) {
    ledger_.count_wire(side, protocol::header_bytes + body.size());
    session_.on(side, Frame{tag, body, body.size(), true}, ledger_);
  }

  void pass_asynchronous() {
    pass(Side::server, 'N', "SNOTICE\0Mhear\0\0"sv);
    pass(Side::server, 'S', "name\0value\0"sv);
    must(ledger_.take().empty(), "what comes at any time answers nothing");
  }

  void check_lost() const {
    must(model_.in_doubt(), "a session is lost only where there is doubt");
  }

  // Everything that was told at this answer is of the request that it was given to.
  void check(const Truth& truth, const std::vector<Told>& told) const {
    const auto has = [&](Told::What what) {
      return std::any_of(told.begin(), told.end(), [&](const Told& one) {
        const bool ends = what == Told::What::ending;
        return one.what == what && one.request == truth.request && one.ordinal == truth.ordinal &&
               (!ends || (one.how == truth.how && one.at_sync == truth.at_sync));
      });
    };
    for (const auto& one : told) {
      if (truth.about == Truth::About::fatal) break;  // it ends whatever is open
      if (one.what == Told::What::lost_track && truth.about == Truth::About::ready)
        return check_lost();  // it had been lost, and this one was not waited for
      must(one.what != Told::What::lost_track, "what keeps the protocol is no violation of it");
      must(one.request == truth.request, "an answer is told of its own request");
    }
    switch (truth.about) {
      case Truth::About::nobody:
        return must(told.empty(), "nothing is told of what says nothing");
      case Truth::About::answer:
        return must(has(Told::What::answer), "an answer is told");
      case Truth::About::ending:
        return must(has(Told::What::ending), "an ending is told");
      case Truth::About::answer_and_ending:
        must(has(Told::What::answer), "an answer that ends its request is told");
        return must(has(Told::What::ending), "an ending that is an answer is told");
      case Truth::About::ready:
        return must(has(Told::What::ready),
                    "ReadyForQuery is told, with the last request it answers");
      case Truth::About::fatal:
        return must(!session_.busy() && !session_.idle(), "after a FATAL nothing is owed");
    }
  }

  void forget_doubt() {
    if (model_.at_rest() && session_.idle()) model_.forget_doubt();
  }

  protocol::Session session_;
  ServerModel model_;
  Ledger ledger_;
  bool gone_ = false;
};

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  constexpr std::uint8_t server_first = 0xa0;
  Input input(data, size);
  Dialogue dialogue;
  while (!input.empty()) {
    const auto step = input.u8();
    if (step < server_first)
      dialogue.client_sends(step & 0x0fU);
    else
      dialogue.server_acts(step - server_first);
  }
  dialogue.finish();
  return 0;
}
