// Which of the learner's statements kept a session waiting, and when; see harm.hpp. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "scorer/lock_waits.hpp"

namespace ride::scorer {

struct Blame {
  std::int64_t statement = 0;  // n
  std::int64_t from_us = 0, to_us = 0;
};

// Borrows facts and waits.
class Blamer {
 public:
  Blamer(const journal::facts::Facts& facts, const std::vector<LockWait>& waits,
         std::int64_t until_us);

  // Of one wait, none of them empty. Dies with the Blamer.
  const std::vector<Blame>& of(std::size_t wait);

 private:
  using Row = journal::facts::StatementRow;

  std::vector<Blame> work_out(const LockWait& wait);
  void blame(const LockWait& wait, const Row& row, std::vector<Blame>& out) const;
  std::vector<Party> in_the_queue(const LockWait& wait) const;
  const LockWait* wait_of(const Party& party, const LockWait& for_same) const;

  // What the connection had done by then in the transaction that was open; by n.
  std::vector<const Row*> transaction_at(std::int64_t connection, std::int64_t at_us) const;
  const Row* holder_statement(const Party& party, const LockWait& wait) const;
  std::string lock_of(const Row& row, const std::string& relation) const;
  std::int64_t released_us(const Row& row) const;
  // Until when somebody who is not the learner's is known to have been in the way anyway.
  std::optional<std::int64_t> held_anyway_until(const LockWait& wait,
                                                const std::string& but_actor) const;
  bool known_in_the_way(const Party& holder, const LockWait& wait) const;
  std::int64_t held_until(const Party& holder, const LockWait& wait) const;

  const journal::facts::Facts& facts_;
  const std::vector<LockWait>& waits_;
  std::int64_t until_us_;
  std::map<std::int64_t, std::vector<const Row*>> by_connection_;
  std::map<std::int64_t, std::vector<std::pair<std::string, std::string>>> touched_;  // by n
  std::map<std::size_t, std::vector<Blame>> known_;  // by wait; empty while it is worked out
};

}  // namespace ride::scorer
