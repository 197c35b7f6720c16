// The log tier of ddl: what ride's event triggers wrote to the server's log, joined to the
// learner's statements. It says what a DO block or a function did; where the text of a statement
// already says it, nothing is added.
//
// A line belongs to a statement of its backend with the same text, in the order of both: a line
// never belongs to an earlier statement than the line before it, and lines of different
// transactions never to statements of one. Of several that are possible the first is taken.
#pragma once

#include <vector>

#include "journal/facts/backends.hpp"
#include "journal/facts/facts.hpp"
#include "journal/facts/relations.hpp"
#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

// Expects the wire tier in `out` already.
void add_logged_ddl(const Timeline& timeline, const Backends& backends, const Relations& relations,
                    Facts& out);

}  // namespace ride::journal::facts
