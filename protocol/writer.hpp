// Appends one message to a string: type, length (patched when the writer dies), fields. The
// counterpart of Reader for encoders. It trusts its caller: lengths and counts that do not fit the
// protocol are bugs.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace ride::protocol {

class Writer {
 public:
  // A tag of 0: a start-up packet, which has none.
  Writer(char tag, std::string& out) : out_(out) {
    if (tag != 0) out_.push_back(tag);
    length_at_ = out_.size();
    u32(0);
  }
  ~Writer() {
    const std::size_t length = out_.size() - length_at_;
    assert(length <= std::numeric_limits<std::uint32_t>::max());
    for (std::size_t i = 0; i < 4; ++i)
      out_[length_at_ + i] = static_cast<char>(length >> (24U - 8U * i) & 0xffU);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void bytes(Bytes value) { out_.append(value); }
  void cstring(std::string_view value) {
    assert(value.find('\0') == std::string_view::npos);
    out_.append(value);
    out_.push_back('\0');
  }
  void count_u16(std::size_t count) {
    assert(count <= std::numeric_limits<std::uint16_t>::max());
    u16(static_cast<std::uint16_t>(count));
  }
  void value(const std::optional<Bytes>& value) {
    if (!value) return u32(0xffffffff);
    assert(value->size() <= 0x7fffffff);
    u32(static_cast<std::uint32_t>(value->size()));
    bytes(*value);
  }

 private:
  void number(std::uint32_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;) out_.push_back(static_cast<char>(value >> (8U * i) & 0xffU));
  }

  std::string& out_;
  std::size_t length_at_ = 0;
};

}  // namespace ride::protocol
