#include "sql/tool.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sql/gather.hpp"
#include "sql/split.hpp"
#include "sql/tree.hpp"

namespace ride::sql {
namespace {

// What generated text qualifies and people do not: OPERATOR(pg_catalog.~), ::pg_catalog.text,
// COLLATE pg_catalog.default. A type written int is pg_catalog's in the tree too, so casts count
// only to types that have no spelling of their own.
bool is_qualified(const Json& name) {
  const auto* parts = name.if_array();
  return parts != nullptr && parts->size() == 2 && string_of(parts->front()) == "pg_catalog";
}

bool has_mark(const Json& value) {
  if (const auto* items = value.if_array())
    return std::any_of(items->begin(), items->end(), has_mark);
  const Fields* fields = value.if_object();
  if (fields == nullptr) return false;
  const Node node = node_of(value);
  if (node.is("A_Expr"))
    if (const Json* name = find(*node.fields, "name"); name != nullptr && is_qualified(*name))
      return true;
  if (node.is("CollateClause"))
    if (const Json* name = find(*node.fields, "collname"); name != nullptr && is_qualified(*name))
      return true;
  if (const Json* names = find(*fields, "names"); names != nullptr && is_qualified(*names)) {
    const std::string type = any_name(*names).name;
    if (type.starts_with("reg") || type == "text" || type == "oid" || type == "name") return true;
  }
  return std::any_of(fields->begin(), fields->end(),
                     [](const auto& field) { return has_mark(field.value()); });
}

// Lines as psql breaks them: \du has no other mark, nor have some of tab completion's.
bool has_layout(std::string_view text) {
  return text.find("\nFROM pg_catalog.") != std::string_view::npos ||
         text.find("\nLIMIT 1000") != std::string_view::npos;
}

// The statistics and lock views are what people look at in an incident; no command of psql does.
bool is_catalog(const Name& relation) {
  return relation.schema == "pg_catalog" && relation.name != "pg_locks" &&
         !relation.name.starts_with("pg_stat_") && !relation.name.starts_with("pg_statio_");
}

bool acts(const Name& function) {
  return function.name == "pg_terminate_backend" || function.name == "pg_cancel_backend" ||
         function.name == "set_config";
}

// \sf and \sv read no relation: 'f'::pg_catalog.regproc, pg_catalog.pg_get_functiondef(16384).
bool describes_one_object(const std::vector<Call>& calls, const Tree& tree) {
  if (calls.empty()) return has_mark(tree.root);
  return std::all_of(calls.begin(), calls.end(), [](const Call& call) {
    return call.name.schema == "pg_catalog" && call.name.name.starts_with("pg_get_");
  });
}

}  // namespace

bool may_be_tool_query(std::string_view text) {
  return text.size() <= parse_bytes_max && text.find("pg_catalog.") != std::string_view::npos;
}

bool is_tool_query(std::string_view text) {
  if (!may_be_tool_query(text)) return false;
  const Tree tree = parse_tree(text);
  const Node statement = first_statement(tree);
  if (!statement.is("SelectStmt")) return false;
  Analysis running;
  gather(tree.root, running);
  const bool only_catalogs =
      running.writes.empty() &&
      std::all_of(running.reads.begin(), running.reads.end(),
                  [](const Relation& relation) { return is_catalog(relation.name); });
  if (!only_catalogs) return false;
  bool qualified_call = false;
  for (const Call& call : running.calls) {
    if (acts(call.name)) return false;
    if (call.name.schema == "pg_catalog") qualified_call = true;
  }
  if (running.reads.empty()) return describes_one_object(running.calls, tree);
  return qualified_call || has_mark(tree.root) || has_layout(text);
}

}  // namespace ride::sql
