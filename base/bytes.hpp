// Bytes as they stood on the wire or in a file: a view that owns nothing and dies with the call
// that hands it out. Text and binary share one type because PostgreSQL's messages mix both.
#pragma once

#include <string_view>

namespace ride {

using Bytes = std::string_view;

}  // namespace ride
