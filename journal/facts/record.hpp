// The tables that are events almost as they stand, and `changes`, which sums up the others.
#pragma once

#include <vector>

#include "journal/facts/backends.hpp"
#include "journal/facts/facts.hpp"
#include "journal/facts/statements.hpp"
#include "journal/facts/timeline.hpp"

namespace ride::journal::facts {

// actors, connections, checks, workloads, probes, hints, logs, gaps. Expects statements.
void add_records(const Timeline& timeline, const Backends& backends, Facts& out);

// Expects all other tables.
void add_changes(const std::vector<Stmt*>& statements, Facts& out);

}  // namespace ride::journal::facts
