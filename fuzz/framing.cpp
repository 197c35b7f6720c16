// A framer cuts one stream into the same frames however the stream arrives, and these are the
// frames that a reader of the whole stream finds.
#include <array>
#include <string>
#include <vector>

#include "fuzz/conversation.hpp"

namespace ride::fuzz {
namespace {

using protocol::Side;

struct Found {
  char tag = 0;
  std::string body;
  std::uint64_t body_bytes = 0;
  bool whole = true;
  bool operator==(const Found&) const = default;
};

struct Result {
  std::vector<Found> frames;
  bool broken = false;
  bool between_messages = true;
  bool operator==(const Result&) const = default;
};

// The manual's page, read over the whole stream.
Result expected(Bytes stream, Side side, std::uint32_t kept_bytes_max) {
  constexpr Bytes client_types = "BCDEFHPQSXcdfp";
  constexpr std::size_t header_bytes = 5;
  Result out;
  while (!stream.empty()) {
    out.between_messages = false;
    out.broken = side == Side::client && client_types.find(stream.front()) == Bytes::npos;
    if (out.broken || stream.size() < header_bytes) return out;
    std::uint64_t length = 0;
    for (const char byte : stream.substr(1, 4))
      length = length << 8U | static_cast<unsigned char>(byte);
    out.broken = length < 4 || length > 1U << 30U;
    if (out.broken || stream.size() < 1 + length) return out;
    const auto body = stream.substr(header_bytes, length - 4);
    const auto kept = body.substr(0, kept_bytes_max);
    out.frames.push_back({stream.front(), std::string(kept), body.size(), kept == body});
    stream.remove_prefix(1 + length);
    out.between_messages = true;
  }
  return out;
}

Result framed(const std::vector<Bytes>& chunks, Side side, std::uint32_t kept_bytes_max) {
  constexpr std::size_t string_bytes_min = 30;  // the smallest allocation, doubled
  protocol::Framer framer(side, kept_bytes_max);
  Result out;
  for (const auto chunk : chunks) {
    const bool broken = framer.broken();
    framer.feed(chunk);
    while (const auto frame = framer.next()) {
      must(!broken, "a broken framer hands out nothing");
      out.frames.push_back({frame->tag, std::string(frame->body), frame->body_bytes, frame->whole});
    }
    const auto failure = framer.take_failure();
    must(failure.has_value() == (framer.broken() && !broken), "it says once that it broke");
    must(framer.held_bytes() <= std::max<std::size_t>(kept_bytes_max, string_bytes_min),
         "it holds no more than it may keep");
  }
  out.broken = framer.broken();
  out.between_messages = framer.between_messages();
  if (out.between_messages) must(framer.held_bytes() < string_bytes_min, "it holds none between");
  return out;
}

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  const auto side =
      (input.u8() & 1U) == 0 ? ride::protocol::Side::client : ride::protocol::Side::server;
  const auto kept = kept_bytes(input.u8());
  std::string stream;
  std::vector<std::size_t> cuts = {0};
  while (!input.empty()) {
    const auto piece = next_piece(input);
    stream += piece.bytes;
    // What the conversation uses for sides says here whether a chunk ends.
    if (piece.side == ride::protocol::Side::client) cuts.push_back(stream.size());
  }
  cuts.push_back(stream.size());
  std::vector<ride::Bytes> chunks;
  for (std::size_t i = 1; i < cuts.size(); ++i)
    chunks.push_back(ride::Bytes(stream).substr(cuts[i - 1], cuts[i] - cuts[i - 1]));
  std::vector<ride::Bytes> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(ride::Bytes(stream).substr(i, 1));

  const auto wanted = expected(stream, side, kept);
  must(framed({stream}, side, kept) == wanted, "frames of the stream in one piece");
  must(framed(chunks, side, kept) == wanted, "frames of the stream in chunks");
  must(framed(bytes, side, kept) == wanted, "frames of the stream byte by byte");
  return 0;
}
