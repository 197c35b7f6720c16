#include "sql/ddl.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "sql/command.hpp"
#include "sql/gather.hpp"

namespace ride::sql {
namespace {

void lock_away(Name name, Analysis& out) {
  auto& list = out.access_exclusive;
  if (!name.name.empty() && std::find(list.begin(), list.end(), name) == list.end())
    list.push_back(std::move(name));
}

Name relation_at(const Fields& fields, std::string_view key) {
  const Fields* relation = object_at(fields, key);
  return relation == nullptr ? Name{} : range_name(*relation);
}

bool is_relation(std::string_view type) {
  constexpr auto types = std::to_array<std::string_view>(
      {"table", "view", "materialized view", "sequence", "foreign table", "index"});
  return std::find(types.begin(), types.end(), type) != types.end();
}

// "allow_connections=false", options joined by ", ".
std::string joined_options(const Fields& fields) {
  std::string out;
  for (const Option& option : options_at(fields, "options"))
    if (option.name != "password" && option.name != "force")
      out += (out.empty() ? "" : ", ") + option.name +
             (option.value ? "=" + *option.value : std::string());
  return out;
}

void analyse_simple(const Node& statement, const ObjectPlace& place, Analysis& out) {
  const Fields& fields = *statement.fields;
  Ddl item;
  item.action = out.command;
  item.object_type = place.type;
  if (item.object_type.empty())  // COMMENT, SECURITY LABEL, DefineStmt
    item.object_type =
        object_word(text_at(fields, statement.is("DefineStmt") ? "kind" : "objtype"));
  if (out.command == "create procedure") item.object_type = "procedure";
  if (const Json* name = find(fields, place.name)) item.object = any_name(*name);
  if (!place.table.empty()) item.table = relation_at(fields, place.table);
  if (item.object_type == "index" && item.table) item.object.schema = item.table->schema;
  item.if_exists = flag_at(fields, "if_not_exists") || flag_at(fields, "missing_ok");
  item.concurrently = flag_at(fields, "concurrent");
  item.cascade = text_at(fields, "behavior") == "DROP_CASCADE";
  if (place.type == "database") {
    item.force = option_on(options_at(fields, "options"), "force");
    item.extra = joined_options(fields);
  }
  if (statement.is("RuleStmt") || place.type == "policy") lock_away(*item.table, out);
  if (statement.is("ViewStmt") && flag_at(fields, "replace")) lock_away(item.object, out);
  if (statement.is("RefreshMatViewStmt") && !item.concurrently) lock_away(item.object, out);
  if (statement.is("CreateStmt") && find(fields, "partbound") != nullptr)
    for (const Json& parent : list_at(fields, "inhRelations")) lock_away(any_name(parent), out);
  out.ddl.push_back(std::move(item));
}

// The last part of the name of a trigger, rule or policy is its own, the rest its table's.
void split_off_table(const Json& object, Ddl& item) {
  const Node list = node_of(object);
  if (!list.is("List")) return;
  const auto& parts = list_at(*list.fields, "items");
  if (parts.size() < 2) return;
  Name table;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    table = {std::move(table.name), string_of(parts[i])};
  item.object = {table.schema, string_of(parts[parts.size() - 1])};
  item.table = std::move(table);
}

void analyse_drop(const Fields& fields, Analysis& out) {
  Ddl item;
  item.action = out.command;
  item.object_type = object_word(text_at(fields, "removeType"));
  item.if_exists = flag_at(fields, "missing_ok");
  item.concurrently = flag_at(fields, "concurrent");
  item.cascade = text_at(fields, "behavior") == "DROP_CASCADE";
  for (const Json& object : list_at(fields, "objects")) {
    item.object = any_name(object);
    if (item.object_type == "trigger" || item.object_type == "rule" || item.object_type == "policy")
      split_off_table(object, item);
    if (item.table) lock_away(*item.table, out);
    if (is_relation(item.object_type) && !item.concurrently) lock_away(item.object, out);
    out.ddl.push_back(item);
  }
}

// RENAME and SET SCHEMA name a relation, or another object, or (databases, schemas) a bare word.
Ddl renamed_object(const Fields& fields, std::string_view type_key) {
  Ddl item;
  item.object_type = object_word(text_at(fields, type_key));
  item.object = relation_at(fields, "relation");
  if (item.object.name.empty()) {
    if (const Json* object = find(fields, "object")) item.object = any_name(*object);
    if (item.object.name.empty()) item.object.name = text_at(fields, "subname");
  }
  item.if_exists = flag_at(fields, "missing_ok");
  return item;
}

void analyse_rename(const Fields& fields, Analysis& out) {
  Ddl item = renamed_object(fields, "renameType");
  item.action = "rename " + item.object_type;
  item.extra = text_at(fields, "newname");
  const bool has_relation = object_at(fields, "relation") != nullptr;
  if (has_relation && item.object.name != text_at(fields, "subname"))
    item.column = text_at(fields, "subname");
  if (has_relation && item.object_type != "index") lock_away(item.object, out);
  out.ddl.push_back(std::move(item));
}

void analyse_set_schema(const Fields& fields, Analysis& out) {
  Ddl item = renamed_object(fields, "objectType");
  item.action = "set schema";
  item.extra = text_at(fields, "newschema");
  if (object_at(fields, "relation") != nullptr) lock_away(item.object, out);
  out.ddl.push_back(std::move(item));
}

void analyse_owner(const Fields& fields, Analysis& out) {
  Ddl item = renamed_object(fields, "objectType");
  item.action = "owner to";
  if (const Fields* owner = object_at(fields, "newowner")) item.extra = role_name(*owner);
  const bool bare = item.object_type == "database" || item.object_type == "schema";
  out.role_changes.push_back(
      {.role = item.extra,
       .change = "owner",
       .object = bare ? item.object_type + " " + item.object.name : qualified(item.object),
       .privileges = {}});
  out.ddl.push_back(std::move(item));
}

void analyse_truncate(const Fields& fields, Analysis& out) {
  for (const Json& relation : list_at(fields, "relations")) {
    Ddl item;
    item.action = "truncate";
    item.object_type = "table";
    item.object = any_name(relation);
    item.cascade = text_at(fields, "behavior") == "DROP_CASCADE";
    add_relation(out.writes, item.object, "truncate");
    lock_away(item.object, out);
    out.ddl.push_back(std::move(item));
  }
}

void analyse_lock(const Fields& fields, Analysis& out) {
  constexpr auto modes = std::to_array<std::string_view>(
      {"", "access share", "row share", "row exclusive", "share update exclusive", "share",
       "share row exclusive", "exclusive", "access exclusive"});
  const auto mode = static_cast<std::size_t>(number_at(fields, "mode"));
  if (mode == 0 || mode >= modes.size()) return;
  for (const Json& relation : list_at(fields, "relations")) {
    add_relation(out.locks, any_name(relation), "lock", modes[mode]);
    if (modes[mode] == "access exclusive") lock_away(any_name(relation), out);
  }
}

// VACUUM FULL, CLUSTER and REINDEX rewrite what they name; plain VACUUM and ANALYZE change nothing
// that this listing is about.
void add_rewrite(std::string action, std::string type, Name object, bool concurrently,
                 Analysis& out) {
  if (!concurrently) lock_away(object, out);
  Ddl item;
  item.action = std::move(action);
  item.object_type = std::move(type);
  item.object = std::move(object);
  item.concurrently = concurrently;
  out.ddl.push_back(std::move(item));
}

void analyse_vacuum(const Fields& fields, Analysis& out) {
  if (!option_on(options_at(fields, "options"), "full")) return;
  for (const Json& entry : list_at(fields, "rels"))
    if (const Node node = node_of(entry))
      add_rewrite("vacuum full", "table", relation_at(*node.fields, "relation"), false, out);
}

void analyse_reindex(const Fields& fields, Analysis& out) {
  std::string kind = text_at(fields, "kind");
  if (kind.starts_with("REINDEX_OBJECT_")) kind.erase(0, 15);
  Name object = relation_at(fields, "relation");
  if (object.name.empty()) object.name = text_at(fields, "name");
  const bool concurrently = option_on(options_at(fields, "params"), "concurrently");
  const bool one_relation = kind == "TABLE" || kind == "INDEX";
  add_rewrite("reindex", object_word(kind), std::move(object), concurrently, out);
  if (!one_relation && !concurrently) out.access_exclusive.pop_back();  // a schema, a database
}

void analyse_create_as(const Fields& fields, Analysis& out) {
  const Fields* into = object_at(fields, "into");
  if (into == nullptr) return;
  Ddl item;
  item.object_type = object_word(text_at(fields, "objtype"));
  item.action = "create " + item.object_type;
  item.object = relation_at(*into, "rel");
  item.if_exists = flag_at(fields, "if_not_exists");
  out.ddl.push_back(std::move(item));
  if (const Json* query = find(fields, "query"); query != nullptr && !flag_at(*into, "skipData"))
    gather(*query, out);
}

void analyse_create_foreign_table(const Fields& fields, Analysis& out) {
  Ddl item;
  item.action = out.command;
  item.object_type = "foreign table";
  if (const Fields* base = object_at(fields, "base")) {
    const Fields* inner = object_at(*base, "CreateStmt");
    item.object = relation_at(inner == nullptr ? *base : *inner, "relation");
  }
  out.ddl.push_back(std::move(item));
}

}  // namespace

bool analyse_ddl(const Node& statement, Analysis& out) {
  using Analyse = void (*)(const Fields&, Analysis&);
  constexpr auto families = std::to_array<std::pair<std::string_view, Analyse>>({
      {"AlterTableStmt", analyse_alter_table},
      {"DropStmt", analyse_drop},
      {"RenameStmt", analyse_rename},
      {"AlterObjectSchemaStmt", analyse_set_schema},
      {"AlterOwnerStmt", analyse_owner},
      {"TruncateStmt", analyse_truncate},
      {"LockStmt", analyse_lock},
      {"VacuumStmt", analyse_vacuum},
      {"ReindexStmt", analyse_reindex},
      {"CreateTableAsStmt", analyse_create_as},
      {"CreateForeignTableStmt", analyse_create_foreign_table},
  });
  for (const auto& [type, analyse] : families) {
    if (!statement.is(type)) continue;
    analyse(*statement.fields, out);
    return true;
  }
  if (statement.is("ClusterStmt")) {
    Name table = relation_at(*statement.fields, "relation");
    if (!table.name.empty()) add_rewrite("cluster", "table", std::move(table), false, out);
    return true;
  }
  const ObjectPlace* place = object_place(statement.type);
  if (place == nullptr) return false;
  analyse_simple(statement, *place, out);
  if (statement.is("IndexStmt"))
    for (const std::string_view key : {"indexParams", "whereClause"})
      if (const Json* expressions = find(*statement.fields, key)) gather_calls(*expressions, out);
  return true;
}

}  // namespace ride::sql
