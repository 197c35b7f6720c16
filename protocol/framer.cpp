#include "protocol/framer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace ride::protocol {

namespace {

constexpr std::uint32_t length_bytes = 4;

std::uint32_t length_at(Bytes message) {  // of a whole header
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < header_bytes; ++i)
    length = length << 8U | static_cast<unsigned char>(message[i]);
  return length;
}

}  // namespace

bool is_client_type(char tag) {
  constexpr auto known = [] {
    std::array<bool, 256> out{};
    for (const char type : Bytes("BCDEFHPQSXcdfp")) out[static_cast<unsigned char>(type)] = true;
    return out;
  }();
  return known[static_cast<unsigned char>(tag)];
}

void Framer::feed(Bytes chunk) {
  assert(chunk_.empty());
  if (state_ == State::broken) return;
  chunk_ = chunk;
}

std::optional<Frame> Framer::next() {
  if (held_handed_out_) {
    std::string().swap(held_);
    held_handed_out_ = false;
  }
  if (const auto frame = whole_frame()) return frame;
  if (state_ == State::header && !fill_header()) return std::nullopt;
  if (state_ == State::broken) return std::nullopt;
  return fill_body();
}

Framer::Run Framer::skip(char tag) {
  Run run;
  if (!between_messages()) return run;
  while (chunk_.size() >= header_bytes && chunk_.front() == tag) {
    const auto length = length_at(chunk_);
    if (length < length_bytes || length > message_length_max || chunk_.size() - 1 < length) break;
    chunk_.remove_prefix(1 + length);
    run.messages += 1;
    run.body_bytes += length - length_bytes;
  }
  return run;
}

// The short way, for nearly all there are: a good message that the chunk has from end to end. What
// else there is goes through the states.
std::optional<Frame> Framer::whole_frame() {
  if (!between_messages() || chunk_.size() < header_bytes) return std::nullopt;
  const char tag = chunk_.front();
  const auto length = length_at(chunk_);
  const bool good = length >= length_bytes && length <= message_length_max &&
                    (sender_ == Side::server || is_client_type(tag));
  if (!good || chunk_.size() - 1 < length) return std::nullopt;
  const std::uint32_t body_bytes = length - length_bytes;
  const auto body = chunk_.substr(header_bytes, std::min(body_bytes, kept_bytes_max_));
  chunk_.remove_prefix(header_bytes + body_bytes);
  return Frame{tag, body, body_bytes, body.size() == body_bytes};
}

// Takes what the chunk has of the header; true when it is whole and good.
bool Framer::fill_header() {
  const auto taken = std::min<std::size_t>(header_bytes - header_filled_, chunk_.size());
  std::copy_n(chunk_.begin(), taken, header_.begin() + header_filled_);
  chunk_.remove_prefix(taken);
  header_filled_ += static_cast<std::uint32_t>(taken);
  if (header_filled_ > 0 && sender_ == Side::client && !is_client_type(header_[0])) {
    break_off(Fault::unknown_type);
    return false;
  }
  if (header_filled_ < header_bytes) return false;

  const auto length = Reader(header_[0], Bytes(header_.data() + 1, length_bytes)).u32();
  if (length < length_bytes || length > message_length_max) {
    break_off(Fault::bad_length);
    return false;
  }
  state_ = State::body;
  header_filled_ = 0;
  body_bytes_ = length - length_bytes;
  arrived_bytes_ = 0;
  return true;
}

// Takes what the chunk has of the body; a frame when that was the last of it.
std::optional<Frame> Framer::fill_body() {
  const auto taken = std::min<std::uint64_t>(body_bytes_ - arrived_bytes_, chunk_.size());
  const auto arrived = chunk_.substr(0, static_cast<std::size_t>(taken));
  chunk_.remove_prefix(arrived.size());

  const bool in_one_piece = taken == body_bytes_;
  if (!in_one_piece && held_.size() < kept_bytes_max_) {
    if (held_.empty() && taken > 0)
      held_.reserve(
          static_cast<std::size_t>(std::min<std::uint64_t>(body_bytes_, kept_bytes_max_)));
    held_.append(arrived.substr(0, kept_bytes_max_ - held_.size()));
  }
  arrived_bytes_ += taken;
  if (arrived_bytes_ < body_bytes_) return std::nullopt;

  state_ = State::header;
  held_handed_out_ = !in_one_piece;
  const Bytes body = in_one_piece ? arrived.substr(0, kept_bytes_max_) : Bytes(held_);
  return Frame{header_[0], body, body_bytes_, body.size() == body_bytes_};
}

void Framer::break_off(Fault fault) {
  failure_ = DecodeError{fault, header_[0], 0};
  state_ = State::broken;
  chunk_ = {};
}

void Framer::restart() { *this = Framer(sender_, kept_bytes_max_); }

std::optional<DecodeError> Framer::take_failure() { return std::exchange(failure_, std::nullopt); }

}  // namespace ride::protocol
