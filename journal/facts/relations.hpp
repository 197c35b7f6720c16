// What tables there are, from the catalog snapshots: names by oid for result columns, names by name
// for SQL text, columns in order. Also turns snapshots into rows of fact_catalog.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/timeline.hpp"
#include "sql/statement.hpp"

namespace ride::journal::facts {

struct ColumnState {
  std::string name, type;
  bool not_null = false;
  bool has_default = false;
  bool operator==(const ColumnState&) const = default;
};

struct Relation {
  std::string name;                         // "public.orders"
  std::map<int, std::string> by_attribute;  // attnum to column
  std::vector<ColumnState> columns;         // in attnum order
  bool at_start = false;                    // it was there when the attempt began
};

class Relations {
 public:
  explicit Relations(const std::vector<Snapshot>& snapshots);

  void add(const Snapshot& snapshot);  // of one database; what is known already stays as it is

  // A table made during the attempt is known from the submit snapshot, where there is one.
  const Relation* find(const Text& database, std::uint32_t oid) const;
  const Relation* find(const Text& database, std::string_view qualified_name) const;
  // Its columns when the attempt began, empty for what was not there.
  std::vector<ColumnState> columns_at_start(const std::string& database,
                                            std::string_view qualified_name) const;
  // "public.orders" for a name in SQL text: as written, else public's, else the only schema that
  // has it at the start of the attempt, else as sql::qualified says. The session's own search_path
  // is not followed.
  std::string resolve(const Text& database, const sql::Name& name) const;
  // The table of an index, or nullopt.
  std::optional<std::string> table_of_index(const Text& database, const sql::Name& index) const;

 private:
  struct Database {
    std::map<std::uint32_t, Relation> by_oid;
    std::map<std::string, std::uint32_t, std::less<>> by_name;
    std::map<std::string, std::set<std::string>, std::less<>> schemas_of;
    std::map<std::string, std::string, std::less<>> index_table;
  };
  const Database* database(const Text& name) const;

  std::map<std::string, Database, std::less<>> databases_;
};

// Rows of all snapshots in the order of the events, and of what stands in them.
std::vector<CatalogRow> catalog_rows(const std::vector<Snapshot>& snapshots);

// What roles may do at submit that they could not at the start, and the other way round, as far as
// no committed row of `said` says it; statement NULL, tier catalog.
std::vector<RoleChangeRow> catalog_role_changes(const std::vector<CatalogRow>& rows,
                                                const std::vector<RoleChangeRow>& said);

}  // namespace ride::journal::facts
