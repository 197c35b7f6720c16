// Which columns of two sets of facts differ. Pure.
#pragma once

#include <set>
#include <string>

#include "journal/facts/facts.hpp"

namespace ride::journal::facts {

// Names as rules write them: "statements.text" where a row has another value there than the row of
// the same place has; "saw.*" where there are more or fewer rows, or they belong to other choices
// (schema.hpp). A query that reads none of them gives the same over both.
std::set<std::string> differing(const Facts& a, const Facts& b);

}  // namespace ride::journal::facts
