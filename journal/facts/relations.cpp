#include "journal/facts/relations.hpp"

#include <algorithm>

#include "journal/facts/json.hpp"

namespace ride::journal::facts {
namespace {

Relation read_relation(const boost::json::object& object) {
  Relation relation;
  relation.name = json_text(object, "schema") + "." + json_text(object, "name");
  json_each(object, "columns", [&](const boost::json::object& column) {
    const auto name = json_text(column, "name");
    relation.by_attribute[static_cast<int>(json_integer(column, "attnum"))] = name;
    const auto* otherwise = column.if_contains("default");
    relation.columns.push_back({name, json_text(column, "type"), json_true(column, "not_null"),
                                otherwise != nullptr && !otherwise->is_null()});
  });
  return relation;
}

}  // namespace

Relations::Relations(const std::vector<Snapshot>& snapshots) {
  // The start counts where both know a relation: it is what the learner met.
  for (const auto* moment : {"start", "submit"})
    for (const auto& snapshot : snapshots)
      if (snapshot.moment == moment && !snapshot.database.empty()) add(snapshot);
}

void Relations::add(const Snapshot& snapshot) {
  auto& database = databases_[snapshot.database];
  const auto keep = [&](const boost::json::object& object) {
    const auto oid = static_cast<std::uint32_t>(json_integer(object, "oid"));
    auto relation = read_relation(object);
    relation.at_start = snapshot.moment == "start";
    const auto [at, fresh] = database.by_oid.try_emplace(oid, std::move(relation));
    if (!fresh) return;
    database.by_name.try_emplace(at->second.name, oid);
    database.schemas_of[json_text(object, "name")].insert(json_text(object, "schema"));
  };
  json_each(snapshot.content, "relations", keep);
  json_each(snapshot.content, "system_relations", keep);
  json_each(snapshot.content, "indexes", [&](const boost::json::object& index) {
    const auto schema = json_text(index, "schema");
    auto table = json_text(index, "table");
    if (table.find('.') == std::string::npos) table = schema + "." + table;
    database.index_table.try_emplace(schema + "." + json_text(index, "name"), table);
  });
}

const Relations::Database* Relations::database(const Text& name) const {
  if (!name) return nullptr;
  const auto found = databases_.find(*name);
  return found == databases_.end() ? nullptr : &found->second;
}

const Relation* Relations::find(const Text& database_name, std::uint32_t oid) const {
  const auto* in = database(database_name);
  if (in == nullptr || oid == 0) return nullptr;
  const auto found = in->by_oid.find(oid);
  return found == in->by_oid.end() ? nullptr : &found->second;
}

const Relation* Relations::find(const Text& database_name, std::string_view name) const {
  const auto* in = database(database_name);
  if (in == nullptr) return nullptr;
  const auto found = in->by_name.find(name);
  return found == in->by_name.end() ? nullptr : find(database_name, found->second);
}

std::vector<ColumnState> Relations::columns_at_start(const std::string& database_name,
                                                     std::string_view name) const {
  const auto* relation = find(Text(database_name), name);
  return relation != nullptr && relation->at_start ? relation->columns : std::vector<ColumnState>();
}

std::string Relations::resolve(const Text& database_name, const sql::Name& name) const {
  const auto usual = sql::qualified(name);
  const auto* in = database(database_name);
  if (in == nullptr || !name.schema.empty()) return usual;
  const auto found = in->schemas_of.find(name.name);
  if (found == in->schemas_of.end() || found->second.contains("public") ||
      found->second.contains("pg_catalog"))
    return usual;
  return found->second.size() == 1 ? *found->second.begin() + "." + name.name : usual;
}

std::optional<std::string> Relations::table_of_index(const Text& database_name,
                                                     const sql::Name& index) const {
  const auto* in = database(database_name);
  if (in == nullptr) return std::nullopt;
  const auto found = in->index_table.find(sql::qualified(index));
  if (found == in->index_table.end()) return std::nullopt;
  return found->second;
}

}  // namespace ride::journal::facts
