#include "sql/where.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "sql/condition.hpp"
#include "sql/gather.hpp"
#include "sql/rows.hpp"
#include "sql/split.hpp"
#include "sql/tree.hpp"

namespace ride::sql {
namespace {

bool signals(const Name& name) {
  return (name.schema.empty() || name.schema == "pg_catalog") &&
         (name.name == "pg_terminate_backend" || name.name == "pg_cancel_backend");
}

bool is_signal_call(const Node& node) {
  return node.is("FuncCall") && signals(call_of(*node.fields).name);
}

// Every call of the two functions in what runs.
std::size_t count_signals(const std::vector<Call>& calls) {
  std::size_t count = 0;
  for (const Call& call : calls) count += signals(call.name) ? 1 : 0;
  return count;
}

// The SELECT that the statement runs, for the statements that are hardly more than one.
Node running_select(Node statement) {
  if (statement.is("ExplainStmt") && option_on(options_at(*statement.fields, "options"), "analyze"))
    statement = node_at(*statement.fields, "query");
  if (statement.is("CopyStmt") || statement.is("CreateTableAsStmt"))
    statement = node_at(*statement.fields, "query");
  return statement.is("SelectStmt") ? statement : Node{};
}

// The call in an expression of the SELECT list, where it runs once for each row: by itself, cast,
// or as an argument of another function. Not inside CASE, a subquery or a FILTER.
const Fields* call_in(const Json& expression, std::size_t depth = 0) {
  const Node node = node_of(expression);
  if (!node || depth > condition_depth_max) return nullptr;
  if (is_signal_call(node)) return node.fields;
  if (node.is("TypeCast") || node.is("NullTest") || node.is("BooleanTest"))
    if (const Json* inner = find(*node.fields, "arg")) return call_in(*inner, depth + 1);
  if (node.is("FuncCall") && find(*node.fields, "agg_filter") == nullptr)
    for (const Json& argument : list_at(*node.fields, "args"))
      if (const Fields* call = call_in(argument, depth + 1)) return call;
  return nullptr;
}

struct Place {
  const Fields* call = nullptr;
  const Fields* select = nullptr;
  Ctes ctes;
  bool limited = false;    // an outer SELECT may stop early
  bool uncertain = false;  // an outer WHERE may be pushed down to it
};

bool names_relation(const Json& value, std::string_view name) {
  if (const auto* items = value.if_array()) {
    for (const Json& item : *items)
      if (names_relation(item, name)) return true;
  } else if (const Fields* fields = value.if_object()) {
    if (text_at(*fields, "relname") == name) return true;
    for (const auto& [key, child] : *fields)
      if (names_relation(child, name)) return true;
  }
  return false;
}

class Finder {
 public:
  std::optional<Place> find_in(const Fields& select, Ctes ctes, std::size_t depth = 0) const {
    if (depth > condition_depth_max || text_at(select, "op") != "SETOP_NONE") return std::nullopt;
    const std::size_t outer_ctes = ctes.size();
    enter_ctes(select, ctes);
    for (const Json& entry : list_at(select, "targetList"))
      if (const Node target = node_of(entry))
        if (const Json* value = find(*target.fields, "val"))
          if (const Fields* call = call_in(*value)) return Place{call, &select, ctes};
    const auto& from = list_at(select, "fromClause");
    if (from.size() != 1) return std::nullopt;
    const Node item = node_of(from.front());
    std::optional<Place> place;
    if (item.is("RangeSubselect")) {
      if (const Node query = node_at(*item.fields, "subquery"); query.is("SelectStmt"))
        place = find_in(*query.fields, ctes, depth + 1);
    } else if (item.is("RangeVar")) {
      for (std::size_t i = outer_ctes; i < ctes.size() && !place; ++i)
        if (names_relation(from, ctes[i].name)) place = find_in_cte(ctes, i, depth);
    }
    if (place) note_outer(select, *place);
    return place;
  }

 private:
  std::optional<Place> find_in_cte(const Ctes& ctes, std::size_t index, std::size_t depth) const {
    const Node query = node_at(*ctes[index].fields, "ctequery");
    if (!query.is("SelectStmt")) return std::nullopt;
    const auto end = ctes.begin() + static_cast<std::ptrdiff_t>(index);
    return find_in(*query.fields, Ctes(ctes.begin(), end), depth + 1);
  }

  static void note_outer(const Fields& select, Place& place) {
    if (find(select, "limitCount") != nullptr || find(select, "limitOffset") != nullptr)
      place.limited = true;
    if (find(select, "whereClause") != nullptr) place.uncertain = true;
  }
};

void set_rows(Rows rows, const Place& place, SignalQuery& out) {
  out.source = SignalQuery::Source::session_pid;
  out.limited = rows.limited || place.limited;
  if (place.uncertain) rows.conditions.emplace_back();
  auto all = std::make_shared<Condition>();
  all->kind = Condition::Kind::all_of;
  all->children = std::move(rows.conditions);
  out.where = std::move(all);
}

// pg_terminate_backend(pid)
void resolve_column(const Fields& column, const Place& place, SignalQuery& out) {
  const From from = from_of(*place.select, place.ctes);
  const auto found = find_column(from, column);
  if (!from.understood || !found || found->column != "pid") return;
  set_rows(rows_of(*place.select, from, found->item), place, out);
}

// pg_terminate_backend((SELECT pid FROM pg_stat_activity WHERE …))
void resolve_subquery(const Fields& link, const Place& place, SignalQuery& out) {
  const Node query = node_at(link, "subselect");
  if (text_at(link, "subLinkType") != "EXPR_SUBLINK" || !query.is("SelectStmt")) return;
  auto subquery = subquery_of(*query.fields, place.ctes);
  if (subquery && subquery->first_column == "pid") set_rows(std::move(subquery->rows), place, out);
}

void resolve(const Place& place, SignalQuery& out) {
  const auto& arguments = list_at(*place.call, "args");
  if (arguments.empty()) return;
  const Argument argument = argument_of(arguments.front());
  if (argument.kind == Argument::Kind::parameter) {
    out.source = SignalQuery::Source::parameter;
    out.parameter = argument.parameter;
  } else if (argument.kind == Argument::Kind::literal) {
    const char* end = argument.text.data() + argument.text.size();
    if (std::from_chars(argument.text.data(), end, out.pid).ptr == end)
      out.source = SignalQuery::Source::literal;
  } else {
    Node node = node_of(arguments.front());
    while (node.is("TypeCast")) node = node_at(*node.fields, "arg");
    if (node.is("ColumnRef")) resolve_column(*node.fields, place, out);
    if (node.is("SubLink")) resolve_subquery(*node.fields, place, out);
  }
}

}  // namespace

std::optional<SignalQuery> signal_query(std::string_view text) {
  if (text.size() > parse_bytes_max) return std::nullopt;
  const Tree tree = parse_tree(text);
  const Node statement = first_statement(tree);
  if (!statement) return std::nullopt;
  const Node select = running_select(statement);
  const bool only_defines = statement.is("PrepareStmt") || statement.is("DeclareCursorStmt") ||
                            statement.is("ViewStmt") || statement.is("CreateFunctionStmt") ||
                            statement.is("RuleStmt") || (statement.is("ExplainStmt") && !select);
  if (only_defines) return std::nullopt;
  Analysis running;
  gather_calls(tree.root, running);
  const std::size_t count = count_signals(running.calls);
  if (count == 0) return std::nullopt;
  SignalQuery out;
  for (const Call& call : running.calls)
    if (signals(call.name)) out.function = call.name.name;
  if (count > 1 || !select) return out;
  if (const auto place = Finder().find_in(*select.fields, {})) resolve(*place, out);
  return out;
}

Truth matches(const SignalQuery& query, const Session& session, const Context& context) {
  if (query.source != SignalQuery::Source::session_pid) return Truth::cannot_tell;
  if (query.where == nullptr) return Truth::yes;
  const Truth truth = evaluate(*query.where, session, context);
  return truth == Truth::null ? Truth::no : truth;
}

}  // namespace ride::sql
