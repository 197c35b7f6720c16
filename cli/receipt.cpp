#include "cli/receipt.hpp"

#include "journal/stored_chain.hpp"

namespace ride::cli {

std::optional<LastReceipt> last_receipt(journal::Reader& reader) {
  if (reader.database().integer("PRAGMA user_version") < 2) return std::nullopt;
  const auto last = journal::last_checkpoint(reader.database());
  if (!last) return std::nullopt;
  return LastReceipt{receipt(last->checkpoint), last->checkpoint.state.size};
}

}  // namespace ride::cli
