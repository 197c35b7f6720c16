// fact_catalog, and what roles gained or lost between its two moments (relations.hpp).
#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "journal/facts/json.hpp"
#include "journal/facts/relations.hpp"

namespace ride::journal::facts {
namespace {

class Writer {
 public:
  Writer(const Snapshot& snapshot, std::vector<CatalogRow>& out) : snapshot_(snapshot), out_(out) {}

  void run() {
    json_each(snapshot_.content, "relations", [&](const auto& object) { relation(object); });
    json_each(snapshot_.content, "indexes", [&](const auto& object) {
      const auto name = json_text(object, "schema") + "." + json_text(object, "name");
      properties("index", name, object, {"schema", "name"});
    });
    json_each(snapshot_.content, "grants", [&](const auto& object) { grant(object); });
    for (const auto& [key, word] : {std::pair{"policies", "policy"}, {"triggers", "trigger"}})
      json_each(snapshot_.content, key, [&, kind = word](const auto& object) {
        const auto table = json_text(object, "schema") + "." + json_text(object, "table");
        properties(kind, table + "." + json_text(object, "name"), object, {"schema", "name"});
      });
    json_each(snapshot_.content, "schemas", [&](const auto& object) {
      properties("schema", json_text(object, "name"), object, {"name"});
    });
    json_each(snapshot_.content, "roles", [&](const auto& object) {
      properties("role", json_text(object, "name"), object, {"name"});
    });
    json_each(snapshot_.content, "databases", [&](const auto& object) {
      properties("database", json_text(object, "name"), object, {"name"});
    });
    json_each(snapshot_.content, "slots", [&](const auto& object) {
      properties("slot", json_text(object, "name"), object, {"name"});
    });
    json_each(snapshot_.content, "settings", [&](const auto& object) { setting(object); });
  }

 private:
  void add(std::string object_class, std::string object, std::string property, Text value) {
    Text database;
    if (!snapshot_.database.empty()) database = snapshot_.database;
    out_.push_back({snapshot_.moment, database, std::move(object_class), std::move(object),
                    std::move(property), std::move(value)});
  }

  // One row a member, one an element where the member is an array; "not_null" becomes "not null".
  void properties(const std::string& object_class, const std::string& name,
                  const boost::json::object& object, std::initializer_list<std::string_view> but) {
    for (const auto& member : object) {
      const std::string_view key(member.key().data(), member.key().size());
      if (std::find(but.begin(), but.end(), key) != but.end()) continue;
      std::string property(key);
      std::replace(property.begin(), property.end(), '_', ' ');
      if (member.value().is_array()) {
        for (const auto& element : member.value().get_array())
          if (!element.is_object()) add(object_class, name, property, json_text(element));
      } else {
        add(object_class, name, property,
            member.value().is_null() ? Text() : Text(json_text(member.value())));
      }
    }
  }

  void relation(const boost::json::object& object) {
    const auto name = json_text(object, "schema") + "." + json_text(object, "name");
    properties(kind_word(json_text(object, "kind")), name, object, {"schema", "name", "columns"});
    json_each(object, "columns", [&](const boost::json::object& column) {
      properties("column", name + "." + json_text(column, "name"), column, {"name"});
    });
  }

  void grant(const boost::json::object& object) {
    add("grant", json_text(object, "schema") + "." + json_text(object, "name"),
        json_text(object, "grantee"), json_text(object, "privilege"));
  }

  void setting(const boost::json::object& object) {
    const auto role = json_text(object, "role");
    const auto database = json_text(object, "database");
    const auto name = role.empty()       ? "database " + database
                      : database.empty() ? "role " + role
                                         : "role " + role + " in " + database;
    const auto* settings = object.if_contains("settings");
    if (settings == nullptr || !settings->is_array()) return;
    for (const auto& element : settings->get_array()) {
      const auto text = json_text(element);
      const auto equals = text.find('=');
      if (equals != std::string::npos)
        add("setting", name, text.substr(0, equals), text.substr(equals + 1));
    }
  }

  static std::string kind_word(const std::string& kind) {
    if (kind == "r" || kind == "p" || kind.empty()) return "table";
    if (kind == "v") return "view";
    if (kind == "m") return "materialized view";
    if (kind == "S") return "sequence";
    if (kind == "f") return "foreign table";
    return kind;
  }

  const Snapshot& snapshot_;
  std::vector<CatalogRow>& out_;
};

// How a catalog row of a role or a grant reads as a role change.
struct Change {
  std::string role, change;
  auto operator<=>(const Change&) const = default;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::optional<Change> as_change(const CatalogRow& row) {
  if (row.object_class == "role") {
    if (row.property == "member of") return Change{row.object, "grant " + row.value.value_or("")};
    if (row.value == "true") return Change{row.object, row.property};
    return std::nullopt;
  }
  if (row.object_class == "grant")
    return Change{row.property, "grant " + lower(row.value.value_or("")) + " on " + row.object};
  return std::nullopt;
}

std::map<Change, bool> changes_at(const std::vector<CatalogRow>& rows, std::string_view moment) {
  std::map<Change, bool> found;
  for (const auto& row : rows)
    if (row.moment == moment)
      if (auto change = as_change(row)) found[*change] = true;
  return found;
}

// "grant select, update on public.orders" covers "grant select on public.orders", and "grant all …"
// whatever is granted there.
bool covers(const std::string& said, const std::string& change) {
  if (said == change) return true;
  const auto on = change.find(" on ");
  if (on == std::string::npos || !said.starts_with("grant ") || !change.starts_with("grant "))
    return false;
  if (!said.ends_with(change.substr(on)) && said.find(" on all ") == std::string::npos)
    return false;
  const auto privileges = said.substr(6, said.find(" on ") - 6);
  return privileges == "all" || privileges.find(change.substr(6, on - 6)) != std::string::npos;
}

}  // namespace

std::vector<CatalogRow> catalog_rows(const std::vector<Snapshot>& snapshots) {
  std::vector<CatalogRow> rows;
  for (const auto& snapshot : snapshots) Writer(snapshot, rows).run();
  return rows;
}

std::vector<RoleChangeRow> catalog_role_changes(const std::vector<CatalogRow>& rows,
                                                const std::vector<RoleChangeRow>& said) {
  const auto before = changes_at(rows, "start");
  const auto after = changes_at(rows, "submit");
  std::vector<RoleChangeRow> found;
  if (before.empty() || after.empty()) return found;
  const auto add = [&](const Change& change, const std::string& words) {
    const bool known = std::any_of(said.begin(), said.end(), [&](const RoleChangeRow& row) {
      return row.role == change.role && row.outcome == "committed" && covers(row.change, words);
    });
    if (!known) found.push_back({{}, change.role, words, "committed", "catalog"});
  };
  for (const auto& [change, present] : after)
    if (!before.contains(change)) add(change, change.change);
  for (const auto& [change, present] : before) {
    // A grant on an object may have gone with the object.
    if (after.contains(change) || change.change.find(" on ") != std::string::npos) continue;
    add(change, change.change.starts_with("grant ") ? "revoke " + change.change.substr(6)
                                                    : "no" + change.change);
  }
  return found;
}

}  // namespace ride::journal::facts
