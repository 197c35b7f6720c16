// The numbered schema files of journal/schema/, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace ride::journal {

// schema_steps()[v - 1] leads from format v - 1 to format v.
std::span<const std::string_view> schema_steps();

}  // namespace ride::journal
