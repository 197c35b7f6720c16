#include "journal/facts/effects.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace ride::journal::facts {
namespace {

std::string argument_list(const std::vector<sql::Argument>& arguments, const Values& parameters) {
  boost::json::array list;
  for (const auto& argument : arguments) {
    if (argument.kind == sql::Argument::Kind::literal) {
      list.emplace_back(argument.text);
    } else if (argument.kind == sql::Argument::Kind::parameter && argument.parameter >= 1 &&
               argument.parameter <= parameters.size() && parameters[argument.parameter - 1]) {
      list.emplace_back(*parameters[argument.parameter - 1]);
    } else {
      list.emplace_back(nullptr);
    }
  }
  return boost::json::serialize(list);
}

// What a row of ddl is about: the table, for what only exists on one.
Text ddl_object(const Stmt& stmt, const sql::Ddl& ddl, const Relations& relations) {
  const auto& database = stmt.row.database;
  if (ddl.table && !ddl.table->name.empty()) return relations.resolve(database, *ddl.table);
  if (ddl.object_type == "index")
    if (auto table = relations.table_of_index(database, ddl.object)) return table;
  if (ddl.object.name.empty()) return std::nullopt;
  for (const auto* bare :
       {"database", "schema", "role", "extension", "tablespace", "event trigger", "language",
        "publication", "subscription", "foreign-data wrapper", "server"})
    if (ddl.object_type == bare) return ddl.object.name;
  return relations.resolve(database, ddl.object);
}

void add_reads_and_writes(const Stmt& stmt, const Relations& relations, Facts& out) {
  std::set<std::string> seen;
  for (const auto& read : stmt.runs->reads) {
    auto name = relations.resolve(stmt.row.database, read.name);
    if (seen.insert(name).second)
      out.reads.push_back({stmt.row.n, stmt.row.database, std::move(name)});
  }
  std::set<std::pair<std::string, std::string>> written;
  for (const auto& write : stmt.runs->writes) {
    auto name = relations.resolve(stmt.row.database, write.name);
    if (written.insert({name, write.action}).second)
      out.writes.push_back({stmt.row.n, stmt.row.database, std::move(name), write.action});
  }
}

}  // namespace

std::string function_name(const sql::Name& name) {
  return name.schema.empty() || name.schema == "pg_catalog" ? name.name
                                                            : name.schema + "." + name.name;
}

void add_effects(const Stmt& stmt, const Relations& relations, Facts& out) {
  const auto n = stmt.row.n;
  if (stmt.ran()) {
    add_reads_and_writes(stmt, relations, out);
    for (const auto& call : stmt.runs->calls)
      out.calls.push_back(
          {n, function_name(call.name), argument_list(call.arguments, stmt.parameters)});
  }
  for (const auto& ddl : stmt.runs->ddl)
    out.ddl.push_back({n, stmt.row.database, ddl.action, ddl_object(stmt, ddl, relations),
                       ddl.column.empty() ? Text() : Text(ddl.column), stmt.row.outcome, "wire"});
  for (const auto& change : stmt.runs->role_changes)
    out.role_changes.push_back({n, change.role.empty() ? Text() : Text(change.role), change.change,
                                stmt.row.outcome, "wire"});
  for (const auto& setting : stmt.runs->settings)
    out.settings.push_back({n, setting.name, setting.value,
                            std::string(sql::to_string(setting.scope)), stmt.row.outcome});
}

std::set<std::string> made_functions(const std::vector<Stmt*>& statements) {
  std::set<std::string> names;
  for (const auto* stmt : statements)
    for (const auto& ddl : stmt->runs->ddl)
      if (ddl.action == "create function" || ddl.action == "create procedure")
        names.insert(ddl.object.name);
  return names;
}

}  // namespace ride::journal::facts
