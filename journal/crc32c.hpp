// CRC-32C (Castagnoli), eight bytes a step: fast enough for the relay's thread without asking what
// the processor can do.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace ride::journal {

// The CRC of all bytes so far; begin with 0 and hand in the result to go on with more bytes.
std::uint32_t crc32c(std::uint32_t so_far, Bytes bytes);

}  // namespace ride::journal
