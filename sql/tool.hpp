// Recognises the catalog queries that psql's backslash commands and tab completion send by
// themselves, by their structure: only relations qualified with pg_catalog, and the marks of
// generated text (pg_catalog-qualified functions or operators all through). What a person types is
// hardly ever so; a person who pastes such a query is taken for the tool.
//
// Parses on the calling thread, see worker.hpp.
#pragma once

#include <string_view>

namespace ride::sql {

// One pass over the bytes, on any thread; false for nearly every text, and then it is none.
bool may_be_tool_query(std::string_view text);

bool is_tool_query(std::string_view text);

}  // namespace ride::sql
