// A row of `events` as it is stored: what the chain covers. A Reader gives events with whole
// bodies.
#pragma once

#include "journal/chain.hpp"
#include "journal/database.hpp"

namespace ride::journal {

// What row_of() expects, in this order; a link follows where it is asked for.
inline constexpr std::string_view stored_columns = "seq, attempt, kind, at_us, connection, body";

struct StoredRow {
  Seq seq = 0;
  std::uint32_t attempt = 0;
  Kind kind = Kind::gap;
  std::int64_t at_us = 0;
  ConnectionId connection = 0;
  Bytes body;             // dies with the statement's next step
  bool is_plain = false;  // its values are of the types and ranges that ride writes

  // How many seqs it stands for.
  Seq span() const;
  std::int64_t add_to(Chain& chain) const {
    return chain.add(seq, attempt, kind, at_us, connection, body);
  }
};

StoredRow row_of(const Statement& statement);

}  // namespace ride::journal
