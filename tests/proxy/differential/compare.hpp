// The differential harness: the same client bytes to PostgreSQL directly and through the proxy must
// bring the same server bytes and the same end, however the bytes are cut, whoever hangs up.
#pragma once

#include <vector>

#include "tests/proxy/differential/sequence.hpp"

namespace ride::test {

// For each sequence, against a real PostgreSQL:
//   - as it is, directly, twice: or its answer is no measure;
//   - through the proxy at every Pace;
//   - cut off behind each of its messages by a client that half-closes, and by one that is gone;
// and against a repeating server that repeats PostgreSQL's answer:
//   - cut off behind each of its messages by the server, and whole, byte by byte.
// After all of them no backend is left, and the record is sound: see RecordedProxy::check_record().
void check_same(const std::vector<Sequence>& sequences);

}  // namespace ride::test
