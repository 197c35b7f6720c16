#include "journal/facts/store.hpp"

#include <sqlite3.h>

#include <cassert>
#include <set>
#include <stdexcept>
#include <string>

#include "journal/facts/schema.hpp"

namespace ride::journal::facts {
namespace {

void bind(Statement& statement, int index, std::int64_t value) { statement.bind(index, value); }
void bind(Statement& statement, int index, const std::string& value) {
  statement.bind_text(index, value);
}
template <typename T>
void bind(Statement& statement, int index, const std::optional<T>& value) {
  if (value) {
    bind(statement, index, *value);
  } else {
    statement.bind_null(index);
  }
}

class Store {
 public:
  Store(const Database& database, std::uint32_t attempt, std::string_view schema)
      : database_(database), attempt_(attempt), schema_(schema) {}

  template <typename Row>
  void table(std::string_view name, const std::vector<Row>& rows) {
    assert(tables[at_].name == name);
    ++at_;
    const auto where = schema_ + "." + std::string(name);
    database_.prepare("DELETE FROM " + where + " WHERE attempt = ?1").bind(1, attempt_).run();
    if (rows.empty()) return;
    constexpr auto columns = std::tuple_size_v<decltype(rows.front().columns())>;
    std::string sql = "INSERT INTO " + where + " VALUES (?1, ?2";
    for (std::size_t i = 0; i < columns; ++i) sql += ", ?" + std::to_string(i + 3);
    auto insert = database_.prepare(sql + ")");
    std::int64_t position = 0;
    for (const auto& row : rows) {
      insert.bind(1, attempt_).bind(2, ++position);
      int index = 2;
      std::apply([&](const auto&... value) { (bind(insert, ++index, value), ...); }, row.columns());
      insert.run();
    }
  }

 private:
  const Database& database_;
  std::int64_t attempt_;
  std::string schema_;
  std::size_t at_ = 0;
};

std::string schema_in(std::string_view schema) {
  std::string sql(schema_sql());
  const std::string from = "CREATE TABLE IF NOT EXISTS fact_";
  const auto to = "CREATE TABLE IF NOT EXISTS " + std::string(schema) + ".fact_";
  for (auto at = sql.find(from); at != std::string::npos; at = sql.find(from, at + to.size()))
    sql.replace(at, from.size(), to);
  return sql;
}

void add_value(sqlite3_stmt* row, int column, std::string& out) {
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
      out += 'n';
      return;
    case SQLITE_INTEGER:
      out += 'i' + std::to_string(sqlite3_column_int64(row, column));
      return;
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      const auto length = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
      out += 't' + std::to_string(length) + ':';
      if (length > 0) out.append(text, length);
    }
  }
}

bool has_table(const Database& database, std::string_view schema, std::string_view name) {
  auto found = database.prepare("SELECT 1 FROM " + std::string(schema) +
                                ".sqlite_schema WHERE type = 'table' AND name = ?1");
  return found.bind_text(1, name).step();
}

// Of a table of the file, behind attempt and position; empty where it is not there.
std::string stored_columns(const Database& database, std::string_view name) {
  auto rows =
      database.prepare("SELECT name FROM pragma_table_info(?1, 'main') WHERE cid > 1 ORDER BY cid");
  rows.bind_text(1, name);
  std::string out;
  while (rows.step()) {
    const std::string column(rows.bytes(0));
    if (column.find('"') != std::string::npos)
      throw std::runtime_error(database.file().string() + ": holds a column that ride never makes");
    out += (out.empty() ? "\"" : ", \"") + column + "\"";
  }
  return out;
}

void add_rows(const Database& database, std::uint32_t attempt, const std::string& table,
              std::string_view columns, Sha256& hash) {
  auto rows = database.prepare("SELECT " + std::string(columns) + " FROM " + table +
                               " WHERE attempt = ?1 ORDER BY position");
  rows.bind(1, std::int64_t{attempt});
  std::string text;
  while (rows.step()) {
    text.clear();
    for (int i = 0; i < sqlite3_column_count(rows.get()); ++i) add_value(rows.get(), i, text);
    text += '\n';
    hash.add(text);
  }
}

}  // namespace

void store(const Database& database, std::uint32_t attempt, const Facts& facts,
           std::string_view schema) {
  // BEGIN IMMEDIATE is refused where the file may not be written.
  std::optional<Transaction> transaction;
  if (schema != "temp") transaction.emplace(database);
  database.run(schema_in(schema));
  Store out(database, attempt, schema);
  out.table("fact_statements", facts.statements);
  out.table("fact_saw", facts.saw);
  out.table("fact_reads", facts.reads);
  out.table("fact_writes", facts.writes);
  out.table("fact_calls", facts.calls);
  out.table("fact_ddl", facts.ddl);
  out.table("fact_role_changes", facts.role_changes);
  out.table("fact_settings", facts.settings);
  out.table("fact_changes", facts.changes);
  out.table("fact_terminations", facts.terminations);
  out.table("fact_termination_tries", facts.termination_tries);
  out.table("fact_waits", facts.waits);
  out.table("fact_actors", facts.actors);
  out.table("fact_connections", facts.connections);
  out.table("fact_catalog", facts.catalog);
  out.table("fact_checks", facts.checks);
  out.table("fact_workloads", facts.workloads);
  out.table("fact_probes", facts.probes);
  out.table("fact_hints", facts.hints);
  out.table("fact_logs", facts.logs);
  out.table("fact_gaps", facts.gaps);
  if (transaction) transaction->commit();
}

Digest digest(const Database& database, std::uint32_t attempt, std::string_view schema) {
  Sha256 hash;
  for (const auto& table : tables) {
    hash.add(std::string(table.name) + "\n");
    if (has_table(database, schema, table.name))
      add_rows(database, attempt, std::string(schema) + "." + std::string(table.name),
               table.columns, hash);
  }
  return hash.finish();
}

std::vector<std::uint32_t> attempts_with_facts(const Database& database) {
  std::set<std::uint32_t> out;
  for (const auto& table : tables) {
    if (!has_table(database, "main", table.name)) continue;
    auto rows = database.prepare("SELECT DISTINCT attempt FROM main." + std::string(table.name));
    while (rows.step()) out.insert(static_cast<std::uint32_t>(rows.integer(0)));
  }
  return {out.begin(), out.end()};
}

Digest digest_as_stored(const Database& database, std::uint32_t attempt) {
  Sha256 hash;
  for (const auto& table : tables) {
    const auto columns = stored_columns(database, table.name);
    if (columns.empty()) continue;
    hash.add(std::string(table.name) + "\n");
    add_rows(database, attempt, "main." + std::string(table.name), columns, hash);
  }
  return hash.finish();
}

}  // namespace ride::journal::facts
