#include "scorer/views.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <stdexcept>
#include <utility>

#include "journal/facts/schema.hpp"
#include "scorer/sqlite.hpp"

namespace ride::scorer {
namespace {

namespace facts = journal::facts;

constexpr std::string_view prefix = "fact_";
constexpr std::string_view assigned_columns = ", choice, alternative";

std::string view_of(const facts::Table& table) {
  return std::string(table.name.substr(prefix.size()));
}

// The columns that rules see, as the schema lists them.
std::string_view shown_columns(const facts::Table& table) {
  auto columns = table.columns;
  if (table.assigned) columns.remove_suffix(assigned_columns.size());
  return columns;
}

[[noreturn]] void refuse(std::string_view table, const char* what) {
  throw std::runtime_error("the table " + std::string(table) + " " + what +
                           ": the file was not written by this version of ride, or was changed");
}

std::set<std::string> names_in(std::string_view list) {
  std::set<std::string> names;
  while (!list.empty()) {
    const auto comma = list.find(", ");
    auto name = list.substr(0, comma);
    if (name.starts_with('"')) name = name.substr(1, name.size() - 2);
    names.emplace(name);
    list.remove_prefix(comma == list.npos ? list.size() : comma + 2);
  }
  return names;
}

void check_table(sqlite3* connection, const std::string& schema, const facts::Table& table) {
  const auto catalog = schema + ".sqlite_schema";
  Query entry(connection, "SELECT type, rootpage FROM " + catalog + " WHERE name = ?1");
  if (!entry.bind(1, table.name).step()) refuse(table.name, "is missing");
  if (entry.text(0) != "table" || entry.integer(1) <= 0) refuse(table.name, "is no ordinary table");
  Query trigger(connection,
                "SELECT 1 FROM " + catalog + " WHERE type = 'trigger' AND tbl_name = ?1");
  if (trigger.bind(1, table.name).step()) refuse(table.name, "has a trigger");
  auto wanted = names_in(table.columns);
  wanted.insert({"attempt", "position"});
  Query columns(connection, "SELECT name, hidden FROM pragma_table_xinfo(?1, ?2)");
  columns.bind(1, table.name).bind(2, schema);
  while (columns.step()) {
    if (columns.integer(1) != 0) refuse(table.name, "has a computed column");
    wanted.erase(columns.text(0));
  }
  if (!wanted.empty()) refuse(table.name, ("lacks the column " + *wanted.begin()).c_str());
}

// json_each and json_tree are all that rules may read beside the vocabulary. Naming them once makes
// SQLite set them up, which the authorizer of rules would refuse.
void prepare_json_tables(sqlite3* connection) {
  Query shadow(connection,
               "SELECT 1 FROM main.sqlite_schema WHERE lower(name) IN ('json_each', 'json_tree')");
  if (shadow.step()) refuse("json_each", "must not be in the file");
  Query(connection, "SELECT 1 FROM json_each('[]'), json_tree('[]')").step();
}

}  // namespace

Vocabulary::Vocabulary(sqlite3* connection, std::uint32_t attempt, std::string schema)
    : connection_(connection), schema_(std::move(schema)) {
  execute(connection_, "PRAGMA trusted_schema = OFF");
  for (const auto& table : facts::tables) check_table(connection_, schema_, table);
  prepare_json_tables(connection_);
  read_names();
  copy_facts(attempt);
  make_views();
  read_choices();
  if (assignments_ <= assignments_max) show_assignment(0);
}

void Vocabulary::read_names() {
  Query names(connection_, "SELECT lower(name) FROM main.sqlite_schema");
  while (names.step()) stored_names_.insert(names.text(0));
}

bool Vocabulary::is_stored(const std::string& name) const {
  return name.starts_with(prefix) || name.starts_with("sqlite_") || name.starts_with("pragma_") ||
         stored_names_.contains(name);
}

void Vocabulary::copy_facts(std::uint32_t attempt) {
  for (const auto& table : facts::tables) {
    const auto copy = "temp." + table_behind(view_of(table));
    const auto columns = std::string(table.columns);
    execute(connection_, "DROP VIEW IF EXISTS temp." + view_of(table) + ";DROP TABLE IF EXISTS " +
                             copy + ";CREATE TABLE " + copy + " AS SELECT " + columns + " FROM " +
                             schema_ + "." + std::string(table.name) + " WHERE attempt = " +
                             std::to_string(attempt) + " ORDER BY position;CREATE INDEX " + copy +
                             "_first ON " + table_behind(view_of(table)) + " (" +
                             columns.substr(0, columns.find(',', columns.find(',') + 1)) + ")");
  }
  // Without statistics a rule that joins what was seen with itself can take minutes.
  execute(connection_, "ANALYZE temp");
}

void Vocabulary::make_views() {
  std::string sql =
      "DROP TABLE IF EXISTS temp.fact_of_assignment;"
      "CREATE TEMP TABLE fact_of_assignment (choice INTEGER PRIMARY KEY, alternative INTEGER);";
  for (const auto& table : facts::tables) {
    sql += "CREATE TEMP VIEW " + view_of(table) + " AS SELECT " +
           std::string(shown_columns(table)) + " FROM temp." + table_behind(view_of(table)) +
           " AS fact";
    if (table.assigned)
      sql +=
          " WHERE choice IS NULL OR alternative = (SELECT chosen.alternative"
          " FROM temp.fact_of_assignment AS chosen WHERE chosen.choice = fact.choice)";
    sql += ";";
  }
  execute(connection_, sql);
}

void Vocabulary::read_choices() {
  std::string rows;
  for (const auto& table : facts::tables) {
    if (!table.assigned) continue;
    rows += (rows.empty() ? "" : " UNION ALL ") +
            ("SELECT choice, alternative FROM temp." + table_behind(view_of(table)));
  }
  Query query(connection_, "SELECT choice, max(alternative) + 1 FROM (" + rows +
                               ") WHERE choice IS NOT NULL GROUP BY choice");
  while (query.step()) {
    const auto alternatives = query.integer(1);
    if (alternatives < 1) refuse("fact_terminations", "has a choice without alternatives");
    const auto counted = std::min(static_cast<std::size_t>(alternatives), assignments_max + 1);
    choices_.push_back({query.integer(0), counted});
    if (assignments_ <= assignments_max) assignments_ *= choices_.back().alternatives;
  }
  if (assignments_ > assignments_max) assignments_ = assignments_max + 1;
}

void Vocabulary::show_assignment(std::size_t number) {
  assert(number < assignments_);
  assert(assignments_ <= assignments_max);
  execute(connection_, "DELETE FROM temp.fact_of_assignment");
  for (const auto& choice : choices_) {
    Query insert(connection_, "INSERT INTO temp.fact_of_assignment VALUES (?1, ?2)");
    insert.bind(1, choice.choice)
        .bind(2, static_cast<std::int64_t>(number % choice.alternatives))
        .step();
    number /= choice.alternatives;
  }
}

std::string table_behind(std::string_view view) {
  for (const auto& table : facts::tables)
    if (table.name.substr(prefix.size()) == view) return "fact_of_" + std::string(view);
  return "";
}

bool depends_on_assignment(std::string_view view) {
  for (const auto& table : facts::tables)
    if (table.name.substr(prefix.size()) == view) return table.assigned;
  return false;
}

}  // namespace ride::scorer
