// Cuts a simple query's string into the statements that the server saw in it.
#pragma once

#include <string>
#include <vector>

#include "journal/facts/timeline.hpp"
#include "sql/worker.hpp"

namespace ride::journal::facts {

// One piece for a string that the server refused whole, and for one without any statement.
std::vector<std::string> cut(const Connection& connection, const Request& request,
                             sql::Analyser& analyser);

}  // namespace ride::journal::facts
