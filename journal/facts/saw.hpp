// What came back to the client, value by value.
#pragma once

#include <vector>

#include "journal/facts/relations.hpp"
#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

// A result as it was recorded: as many rows as were kept.
struct Result {
  std::vector<ResultColumn> columns;  // empty where the record has no RowDescription
  std::vector<Values> rows;           // as text
  bool complete = true;               // no row was left out
};

// All answers of the statement together, those of its portal's later Executes included.
Result result_of(const Stmt& stmt);

// Rows for `saw`: DataRows, FETCH's included, and COPY … TO STDOUT in text or CSV format.
std::vector<SawRow> saw_rows(const Stmt& stmt, const Relations& relations);

}  // namespace ride::journal::facts
