// CRC-32C (Castagnoli), eight bytes a step: by the processor's instruction where it has one, for
// every event is checksummed on the relay's thread.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace ride::journal {

// The CRC of all bytes so far; begin with 0 and hand in the result to go on with more bytes.
std::uint32_t crc32c(std::uint32_t so_far, Bytes bytes);
std::uint32_t crc32c_by_tables(std::uint32_t so_far, Bytes bytes);  // the same, on any processor

}  // namespace ride::journal
