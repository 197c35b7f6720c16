// Which of PostgreSQL's lock modes are in each other's way ("Explicit Locking" in its manual).
// Pure.
#pragma once

#include <string_view>

namespace ride::scorer {

// By the names that the server's log uses: "AccessShareLock". A mode that is not known is taken to
// be in the way of everything.
bool locks_conflict(std::string_view one, std::string_view other);

// Whatever is in the way of `weak` is in the way of `strong`, too.
bool lock_covers(std::string_view strong, std::string_view weak);

}  // namespace ride::scorer
