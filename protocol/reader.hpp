// A cursor over the bytes of one message that checks every bound and remembers its first failure.
// After a failure it yields zeros and empty views, so that a decoder reads like the manual's page
// and asks once, at the end. Views handed out point into the bytes it was given. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/bytes.hpp"

namespace ride::protocol {

enum class Fault : std::uint8_t {
  truncated,     // the message ends inside a field
  unterminated,  // a string without its NUL
  leftover,      // bytes behind the last field
  bad_length,    // a length below its minimum or above what can be
  bad_count,     // a count that cannot fit the bytes left
  bad_value,     // a field outside the values the protocol gives it
  unknown_type,  // a message type the protocol does not have
};

constexpr std::string_view to_text(Fault fault) {
  switch (fault) {
    case Fault::truncated:
      return "message ends inside a field";
    case Fault::unterminated:
      return "string without its NUL";
    case Fault::leftover:
      return "bytes behind the last field";
    case Fault::bad_length:
      return "impossible length";
    case Fault::bad_count:
      return "count larger than the message";
    case Fault::bad_value:
      return "impossible value";
    case Fault::unknown_type:
      return "unknown message type";
  }
  return "";
}

struct DecodeError {
  Fault fault = Fault::truncated;
  char tag = 0;              // the message type; 0: a start-up packet
  std::uint64_t offset = 0;  // of the field at fault, in the message's body

  bool operator==(const DecodeError&) const = default;
};

// A value, or why there is none.
template <typename T>
class Decoded {
 public:
  Decoded(T value) : held_(std::move(value)) {}            // NOLINT: implicit, as in std::expected
  Decoded(DecodeError error) : held_(std::move(error)) {}  // NOLINT

  explicit operator bool() const { return held_.index() == 0; }
  const T& operator*() const { return std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  const DecodeError& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, DecodeError> held_;
};

class Reader {
 public:
  Reader(char tag, Bytes in) : in_(in), tag_(tag) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }

  Bytes bytes(std::uint64_t size) {
    if (error_ || size > left()) {
      fail(Fault::truncated);
      return {};
    }
    const Bytes out = in_.substr(at_, static_cast<std::size_t>(size));
    at_ += out.size();
    return out;
  }

  Bytes rest() { return bytes(left()); }

  // A string up to its NUL. Without one, what there is, and the failure is remembered.
  std::string_view cstring() {
    if (error_) return {};
    const Bytes ahead = in_.substr(at_);
    const auto size = ahead.find('\0');
    if (size == Bytes::npos) {
      fail(Fault::unterminated);
      at_ = in_.size();
      return ahead;
    }
    at_ += size + 1;
    return ahead.substr(0, size);
  }

  // A count of items that take at least `item_bytes_min` each; 0 where they cannot fit.
  std::uint16_t count_u16(std::size_t item_bytes_min) {
    const auto count = u16();
    return fits(count, item_bytes_min) ? count : std::uint16_t{0};
  }
  std::uint32_t count_u32(std::size_t item_bytes_min) {
    const auto count = u32();
    return fits(count, item_bytes_min) ? count : 0;
  }

  // A length-prefixed value: nullopt for SQL NULL (length -1).
  std::optional<Bytes> value() {
    constexpr std::uint32_t null = 0xffffffff;
    const auto size = u32();
    if (error_ || size == null) return std::nullopt;
    if (size > 0x7fffffff) {
      fail(Fault::bad_length);
      return std::nullopt;
    }
    return bytes(size);
  }

  std::uint64_t left() const { return in_.size() - at_; }
  std::size_t offset() const { return at_; }
  Bytes since(std::size_t offset) const { return in_.substr(offset, at_ - offset); }

  // For what is to be kept though it could not be read. Leaves the first failure as it is.
  void skip_to_end() { at_ = in_.size(); }

  void fail(Fault fault) {
    if (!error_) error_ = DecodeError{fault, tag_, at_};
  }
  const std::optional<DecodeError>& error() const { return error_; }

  // To be called behind the last field: refuses leftover bytes.
  void end() {
    if (left() > 0) fail(Fault::leftover);
  }

  template <typename T>
  Decoded<T> finish(T value) {
    end();
    if (error_) return *error_;
    return value;
  }

 private:
  std::uint64_t number(std::size_t size) {
    std::uint64_t out = 0;
    for (const char byte : bytes(size)) out = out << 8U | static_cast<unsigned char>(byte);
    return out;
  }

  bool fits(std::uint64_t count, std::uint64_t item_bytes_min) {
    if (count * item_bytes_min <= left()) return true;
    fail(Fault::bad_count);
    return false;
  }

  Bytes in_;
  std::size_t at_ = 0;  // Invariant: at_ <= in_.size()
  char tag_;
  std::optional<DecodeError> error_;
};

}  // namespace ride::protocol
