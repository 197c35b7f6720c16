// Base64 as of RFC 4648, section 4: with padding, without line breaks.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace ride::journal {

std::string to_base64(Bytes bytes);
// nullopt where the text is not what to_base64() makes of some bytes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace ride::journal
