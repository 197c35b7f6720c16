// Whose rights a statement had: the role of its session until SET ROLE or SET SESSION AUTHORIZATION
// says otherwise, as far as transactions and savepoints let that stand. Inferred from the text: a
// function can change the role unseen, and a role may begin with another (ALTER ROLE … SET role).
#pragma once

#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

// What a session was told; nullopt: nothing, or to go back.
struct SessionRole {
  Text authorization, role;
  bool unknown = false;  // set_config() of what is no literal
};

// After settle_transactions() and number().
void settle_roles(Replay& replay);

// The same for batches of one connection that begin and end outside of transactions: from what the
// session was told before them to what it was told behind them.
SessionRole settle_roles(const std::vector<Batch>& batches, SessionRole before);

}  // namespace ride::journal::facts
