#include "scorer/authorizer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "scorer/views.hpp"

namespace ride::scorer {
namespace {

// Absent on purpose: random() and the date functions (not the same twice), load_extension(),
// sqlite_version() and the like (not the same everywhere), soundex(), string_agg() and mathematics
// (not in every version and build).
constexpr auto functions = std::to_array<std::string_view>(
    {// Scalars.
     "abs", "char", "coalesce", "format", "glob", "hex", "ifnull", "iif", "instr", "length", "like",
     "likelihood", "likely", "lower", "ltrim", "nullif", "printf", "quote", "replace", "round",
     "rtrim", "sign", "substr", "substring", "trim", "typeof", "unicode", "unlikely", "upper",
     // Aggregates; max and min are scalars too.
     "avg", "count", "group_concat", "max", "min", "sum", "total",
     // Windows.
     "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile",
     "percent_rank", "rank", "row_number",
     // JSON.
     "->", "->>", "json", "json_array", "json_array_length", "json_extract", "json_group_array",
     "json_group_object", "json_insert", "json_object", "json_patch", "json_quote", "json_remove",
     "json_replace", "json_set", "json_type", "json_valid"});

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

Authorizer::Authorizer(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
  sqlite3_set_authorizer(vocabulary_.connection(), callback, this);
}

Authorizer::~Authorizer() { sqlite3_set_authorizer(vocabulary_.connection(), nullptr, nullptr); }

int Authorizer::callback(void* self, int action, const char* first, const char* second,
                         const char* database, const char* accessor) {
  const auto text = [](const char* value) { return std::string(value == nullptr ? "" : value); };
  return static_cast<Authorizer*>(self)->decide(action, text(first), text(second), text(database),
                                                text(accessor));
}

int Authorizer::decide(int action, const std::string& first, const std::string& second,
                       const std::string& database, const std::string& accessor) {
  if (action == SQLITE_SELECT || action == SQLITE_RECURSIVE) return SQLITE_OK;
  if (action == SQLITE_READ) return read(lower(first), second, lower(database), lower(accessor));
  if (action != SQLITE_FUNCTION) return refuse("may only SELECT");
  const auto name = lower(second);
  if (std::find(functions.begin(), functions.end(), name) != functions.end()) return SQLITE_OK;
  return refuse("may not call " + name + "()");
}

int Authorizer::read(const std::string& table, const std::string& column,
                     const std::string& database, const std::string& accessor) {
  const auto behind = database == "temp" ? table_behind(table) : "";
  if (!behind.empty()) return SQLITE_OK;
  if (database == "main" && (table == "json_each" || table == "json_tree")) return SQLITE_OK;
  if (!accessor.empty() && table_behind(accessor) == table && database == "temp") {
    depends_ = depends_ || scorer::depends_on_assignment(accessor);
    return SQLITE_OK;
  }
  // SQLite asks so about a WITH of the rule's own of which no column is used.
  if (database.empty() && column.empty() && !vocabulary_.is_stored(table)) return SQLITE_OK;
  const bool through_view = scorer::depends_on_assignment(accessor);
  if (database == "temp" && table == "fact_of_assignment" && through_view) return SQLITE_OK;
  return refuse("may not read " + table + ", only the views of the vocabulary");
}

int Authorizer::refuse(std::string what) {
  if (refusal_.empty()) refusal_ = std::move(what);
  return SQLITE_DENY;
}

}  // namespace ride::scorer
