// The decoders of what a client sends.
#include "protocol/frontend.hpp"

#include "fuzz/round_trip.hpp"
#include "protocol/framer.hpp"

namespace ride::fuzz {
namespace {

using namespace ride::protocol;

template <typename Message>
void check(Bytes body, Decoded<Message> (*decode)(Bytes)) {
  round_trip(body, decode, header_bytes, Codec::closed);
}

// What can be read of a damaged message: views into it, or empty ones.
template <typename Message>
void read_damaged(Bytes body, Message (*read)(Reader&)) {
  Reader in(Message::tag, body);
  read(in);
  in.end();
  must(in.offset() <= body.size(), "the reader stays in its message");
}

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  const auto choice = input.u8();
  const auto body = input.rest();
  switch (choice % 8) {
    case 0:
      read_damaged(body, read_query);
      check(body, decode_query);
      break;
    case 1:
      read_damaged(body, read_parse);
      check(body, decode_parse);
      break;
    case 2:
      read_damaged(body, read_bind);
      check(body, decode_bind);
      break;
    case 3:
      read_damaged(body, read_describe);
      check(body, decode_describe);
      break;
    case 4:
      read_damaged(body, read_execute);
      check(body, decode_execute);
      break;
    case 5:
      read_damaged(body, read_close);
      check(body, decode_close);
      break;
    case 6:
      read_damaged(body, read_function_call);
      check(body, decode_function_call);
      break;
    default:
      check(body, decode_copy_fail);
  }
  return 0;
}
