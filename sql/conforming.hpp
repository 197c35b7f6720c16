// Texts of sessions with standard_conforming_strings off, where a backslash in '…' escapes what
// follows, made readable for a parser that knows only `on`. Pure; needs no parser and no stack.
#pragma once

#include <string>
#include <string_view>

namespace ride::sql {

// The same text, as long, in which every '…' ends where that session's server saw it end: \' is
// written ''. Other escapes keep their backslash: of such a literal's value they say more than it
// is.
std::string as_conforming(std::string_view text);

}  // namespace ride::sql
