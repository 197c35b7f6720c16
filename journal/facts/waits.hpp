// Who waited for whom: the server's own words (log_lock_waits), one row for each waiter and holder.
#pragma once

#include "journal/facts/backends.hpp"
#include "journal/facts/facts.hpp"
#include "journal/facts/relations.hpp"

namespace ride::journal::facts {

void add_waits(const Timeline& timeline, const Backends& backends, const Relations& relations,
               Facts& out);

}  // namespace ride::journal::facts
