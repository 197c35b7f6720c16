// The long text of a query or parse event stands once in the file, in `texts`; the event's body has
// its SHA-256 in the place of the text. Both forms differ in this one pair, so each gives back the
// other.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "journal/event.hpp"

namespace ride::journal {

// Shorter texts stay in the event: their digest would not be shorter.
inline constexpr std::size_t shared_text_bytes_min = 64;

bool may_share_text(Kind kind);

// A body, cut at the first pair of one field: `value` is that field's, `before` and `behind` are
// the pairs around it. All are views into the body. Without such a field `found` is false.
struct CutBody {
  bool found = false;
  Bytes before;
  Bytes value;
  Bytes behind;
};
CutBody cut_at(Bytes body, Field field);

// `out` becomes the body that was cut, with (field, value) in the place of the cut pair.
void join(const CutBody& cut, Field field, Bytes value, std::string& out);

}  // namespace ride::journal
