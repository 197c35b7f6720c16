// The two messages of SASL that are read, and what is left of an offer without channel binding.
#include "protocol/sasl.hpp"

#include <algorithm>

#include "fuzz/round_trip.hpp"
#include "protocol/framer.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  using namespace ride::protocol;
  Input input(data, size);
  const bool client = (input.u8() & 1U) != 0;
  const auto body = input.rest();
  if (client) {
    round_trip(body, decode_sasl_initial_response, header_bytes, Codec::lossy);
    return 0;
  }
  round_trip(body, decode_authentication_sasl, header_bytes, Codec::closed);
  const auto offered = decode_authentication_sasl(body);
  const auto out = without_channel_binding(body);
  if (out.empty()) return 0;
  const auto left = decode_authentication_sasl(ride::Bytes(out).substr(header_bytes));
  must(offered && left && !left->mechanisms.empty(), "only an offer is cut, and not to nothing");
  for (const auto name : left->mechanisms) {
    must(!name.ends_with("-PLUS"), "nothing is left that binds to a channel");
    must(std::count(offered->mechanisms.begin(), offered->mechanisms.end(), name) > 0,
         "nothing is offered that the server did not offer");
  }
  return 0;
}
