#include "sql/rows.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ride::sql {
namespace {

constexpr std::size_t nesting_max = 10;

constexpr auto activity_columns = std::to_array<std::string_view>({"datid",
                                                                   "datname",
                                                                   "pid",
                                                                   "leader_pid",
                                                                   "usesysid",
                                                                   "usename",
                                                                   "application_name",
                                                                   "client_addr",
                                                                   "client_hostname",
                                                                   "client_port",
                                                                   "backend_start",
                                                                   "xact_start",
                                                                   "query_start",
                                                                   "state_change",
                                                                   "wait_event_type",
                                                                   "wait_event",
                                                                   "state",
                                                                   "backend_xid",
                                                                   "backend_xmin",
                                                                   "query_id",
                                                                   "query",
                                                                   "backend_type"});

bool is_activity_column(std::string_view name) {
  return std::find(activity_columns.begin(), activity_columns.end(), name) !=
         activity_columns.end();
}

std::optional<std::string> column_in(const Rows& rows, const std::string& name) {
  if (rows.every_column) return is_activity_column(name) ? std::optional(name) : std::nullopt;
  const auto at = rows.columns.find(name);
  return at == rows.columns.end() ? std::nullopt : std::optional(at->second);
}

// The alias of a FROM item; nullopt if it renames columns, too.
std::optional<std::string> alias_of(const Fields& item, std::string otherwise) {
  const Fields* alias = object_at(item, "alias");
  if (alias == nullptr) return otherwise;
  if (!list_at(*alias, "colnames").empty()) return std::nullopt;
  return text_at(*alias, "aliasname");
}

class FromReader {
 public:
  FromReader(const Ctes& ctes, std::size_t depth) : ctes_(ctes), depth_(depth) {}

  From read(const Fields& select) {
    const auto& items = list_at(select, "fromClause");
    for (const Json& item : items) visit(item);
    out_.joined = leaves_ > 1;
    return std::move(out_);
  }

 private:
  void visit(const Json& item) {
    const Node node = node_of(item);
    if (node.is("JoinExpr")) return visit_join(*node.fields);
    ++leaves_;
    std::optional<Rows> rows;
    if (node.is("RangeVar")) rows = relation(*node.fields);
    if (node.is("RangeSubselect")) rows = subselect(*node.fields);
    if (rows) out_.items.push_back(std::move(*rows));
  }

  // Only inner joins: in the others ON does not decide which rows there are.
  void visit_join(const Fields& join) {
    if (text_at(join, "jointype") != "JOIN_INNER" || find(join, "alias") != nullptr)
      out_.understood = false;
    for (const std::string_view side : {"larg", "rarg"})
      if (const Json* item = find(join, side)) visit(*item);
    if (const Json* qualifier = find(join, "quals")) out_.qualifiers.push_back(qualifier);
  }

  std::optional<Rows> relation(const Fields& range_var) const {
    const Name name = range_name(range_var);
    auto alias = alias_of(range_var, name.name);
    if (!alias) return std::nullopt;
    if (name.schema.empty())
      for (auto cte = ctes_.rbegin(); cte != ctes_.rend(); ++cte)
        if (cte->name == name.name) return from_cte(cte, std::move(*alias));
    const bool catalog = name.schema.empty() || name.schema == "pg_catalog";
    if (!catalog || name.name != "pg_stat_activity") return std::nullopt;
    Rows rows;
    rows.alias = std::move(*alias);
    rows.every_column = true;
    return rows;
  }

  // A CTE sees those before it.
  std::optional<Rows> from_cte(Ctes::const_reverse_iterator cte, std::string alias) const {
    const Node query = node_at(*cte->fields, "ctequery");
    if (!query.is("SelectStmt") || !list_at(*cte->fields, "aliascolnames").empty())
      return std::nullopt;
    return named(subquery_of(*query.fields, Ctes(ctes_.begin(), cte.base() - 1), depth_ + 1),
                 std::move(alias));
  }

  std::optional<Rows> subselect(const Fields& fields) const {
    const Node query = node_at(fields, "subquery");
    auto alias = alias_of(fields, "");
    if (!query.is("SelectStmt") || !alias) return std::nullopt;
    return named(subquery_of(*query.fields, ctes_, depth_ + 1), std::move(*alias));
  }

  static std::optional<Rows> named(std::optional<Subquery> subquery, std::string alias) {
    if (!subquery) return std::nullopt;
    subquery->rows.alias = std::move(alias);
    return std::move(subquery->rows);
  }

  const Ctes& ctes_;
  std::size_t depth_;
  From out_;
  std::size_t leaves_ = 0;
};

bool has_limit(const Fields& select) {
  for (const std::string_view key : {"limitCount", "limitOffset"})
    if (find(select, key) != nullptr) return true;
  const auto& distinct = list_at(select, "distinctClause");  // [{}] is plain DISTINCT
  return std::any_of(distinct.begin(), distinct.end(),
                     [](const Json& item) { return static_cast<bool>(node_of(item)); });
}

bool regroups(const Fields& select) {
  return find(select, "groupClause") != nullptr || find(select, "havingClause") != nullptr;
}

// The output columns of a SELECT over `rows`, by name.
Subquery project(const Fields& select, const From& from, std::size_t item, Rows rows) {
  Subquery out;
  std::map<std::string, std::string> columns;
  bool every_column = false;
  bool first = true;
  for (const Json& entry : list_at(select, "targetList")) {
    const Node target = node_of(entry);
    const Node value = target ? node_at(*target.fields, "val") : Node{};
    if (value.is("ColumnRef")) {
      const auto& parts = list_at(*value.fields, "fields");
      const Node last = parts.empty() ? Node{} : node_of(parts[parts.size() - 1]);
      if (last.is("A_Star") && !from.joined) every_column = true;
      std::string name = text_at(*target.fields, "name");
      if (name.empty() && !parts.empty()) name = string_of(parts[parts.size() - 1]);
      if (const auto found = find_column(from, *value.fields); found && found->item == item) {
        columns.insert_or_assign(std::move(name), found->column);
        if (first) out.first_column = found->column;
      }
    }
    first = false;
  }
  if (!every_column) {
    rows.every_column = false;
    rows.columns = std::move(columns);
  }
  out.rows = std::move(rows);
  return out;
}

}  // namespace

void enter_ctes(const Fields& select, Ctes& ctes) {
  const Fields* with = object_at(select, "withClause");
  if (with == nullptr) return;
  for (const Json& entry : list_at(*with, "ctes"))
    if (const Node cte = node_of(entry))
      ctes.push_back({text_at(*cte.fields, "ctename"), cte.fields});
}

From from_of(const Fields& select, const Ctes& ctes) { return FromReader(ctes, 0).read(select); }

// An unqualified name that pg_stat_activity has is its: were it another relation's too, the server
// would have refused it as ambiguous.
std::optional<Found> find_column(const From& from, const Fields& column_ref) {
  const auto& parts = list_at(column_ref, "fields");
  if (parts.empty() || parts.size() > 2) return std::nullopt;
  const std::string name = string_of(parts[parts.size() - 1]);
  const std::string alias = parts.size() == 2 ? string_of(parts[0]) : "";
  std::optional<Found> found;
  for (std::size_t i = 0; i < from.items.size(); ++i) {
    if (parts.size() == 2 && from.items[i].alias != alias) continue;
    auto column = column_in(from.items[i], name);
    if (!column) continue;
    if (found) return std::nullopt;
    found = Found{i, std::move(*column)};
  }
  return found;
}

Rows rows_of(const Fields& select, const From& from, std::size_t item) {
  Rows rows = from.items[item];
  const ColumnOf column_of = [&](const Fields& reference) -> std::optional<std::string> {
    const auto found = find_column(from, reference);
    return found && found->item == item ? std::optional(found->column) : std::nullopt;
  };
  if (const Json* where = find(select, "whereClause"))
    rows.conditions.push_back(build_condition(*where, column_of));
  for (const Json* qualifier : from.qualifiers)
    rows.conditions.push_back(build_condition(*qualifier, column_of));
  if (from.joined || regroups(select)) rows.conditions.emplace_back();  // not understood
  if (has_limit(select)) rows.limited = true;
  return rows;
}

std::optional<Subquery> subquery_of(const Fields& select, Ctes ctes, std::size_t depth) {
  if (depth > nesting_max || text_at(select, "op") != "SETOP_NONE") return std::nullopt;
  enter_ctes(select, ctes);
  const From from = FromReader(ctes, depth).read(select);
  if (!from.understood || from.items.size() != 1) return std::nullopt;
  return project(select, from, 0, rows_of(select, from, 0));
}

}  // namespace ride::sql
