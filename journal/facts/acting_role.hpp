// Whose rights a statement had: the role of its session until SET ROLE or SET SESSION AUTHORIZATION
// says otherwise, as far as transactions and savepoints let that stand. Inferred from the text: a
// function can change the role unseen, and a role may begin with another (ALTER ROLE … SET role).
#pragma once

#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

// After settle_transactions() and number().
void settle_roles(Replay& replay);

}  // namespace ride::journal::facts
