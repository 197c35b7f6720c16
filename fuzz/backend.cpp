// The decoders of what a server sends.
#include "protocol/backend.hpp"

#include "fuzz/round_trip.hpp"
#include "protocol/framer.hpp"

namespace ride::fuzz {
namespace {

using namespace ride::protocol;

template <typename Message>
void check(Bytes body, Decoded<Message> (*decode)(Bytes), Codec codec = Codec::closed) {
  round_trip(body, decode, header_bytes, codec);
}

// What is read of an error without decoding it is what the decoder reads.
void check_error(Bytes body) {
  check(body, decode_error_response);
  is_fatal(body);
  const auto message = decode_error_response(body);
  if (!message) return;
  for (const auto& field : message->fields) {
    const auto first = std::find_if(message->fields.begin(), message->fields.end(),
                                    [&](const auto& other) { return other.type == field.type; });
    must(error_field(body, field.type) == first->value, "the first field of a type is found");
  }
}

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  const auto choice = input.u8();
  const auto body = input.rest();
  switch (choice % 11) {
    case 0:
      check(body, decode_authentication, Codec::lossy);
      break;
    case 1:
      check(body, decode_negotiate_protocol_version);
      break;
    case 2:
      check(body, decode_backend_key_data, Codec::open_ended);
      break;
    case 3:
      check(body, decode_parameter_status);
      break;
    case 4:
      check(body, decode_ready_for_query);
      break;
    case 5:
      check_error(body);
      break;
    case 6:
      check(body, decode_row_description);
      break;
    case 7:
      check(body, decode_data_row);
      break;
    case 8:
      check(body, decode_command_complete);
      break;
    case 9:
      check(body, decode_notification_response);
      break;
    default:
      check(body, decode_copy_response);
  }
  return 0;
}
