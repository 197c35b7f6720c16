// Recognises what graphical clients ask the catalogs by themselves, to fill their trees. Such a
// text has no mark of its own, as psql's have, so the name that the client gives itself decides.
// What is shown depends on it, never a grade. Pure.
#pragma once

#include <string_view>

#include "sql/statement.hpp"

namespace ride::replay {

// `application` is application_name.
bool is_gui(std::string_view application);

// Reads catalogs and nothing else, and acts on nothing. The views of activity and locks are no
// catalogs here: they are what people look at in an incident.
bool reads_catalogs_only(const sql::Analysis& statement);

}  // namespace ride::replay
