// The line that a learner hands over at submit, so that others can tell later whether the file is
// still the same: the last checkpoint's receipt.
#pragma once

#include <optional>
#include <string>

#include "journal/reader.hpp"

namespace ride::cli {

struct LastReceipt {
  std::string line;
  journal::Seq size = 0;  // the last event that it covers
};

// Nothing where there is no checkpoint, as in a file of format 1.
std::optional<LastReceipt> last_receipt(journal::Reader& reader);

}  // namespace ride::cli
