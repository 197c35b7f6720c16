// What libFuzzer hands in, taken apart from the front; and how a target says that something did not
// hold. Past its end the input yields zeros and empty views, so that every input is a good one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/bytes.hpp"

namespace ride::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : left_(size > 0 ? Bytes(reinterpret_cast<const char*>(data), size) : Bytes("")) {}

  bool empty() const { return left_.empty(); }
  std::uint8_t u8() {
    const auto byte = bytes(1);
    return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte.front());
  }
  Bytes bytes(std::size_t size) {
    const auto out = left_.substr(0, size);
    left_.remove_prefix(out.size());
    return out;
  }
  Bytes rest() { return bytes(left_.size()); }

 private:
  Bytes left_;
};

// Ends the program where `holds` is false; libFuzzer then keeps the input.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace ride::fuzz

// Called by libFuzzer with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
