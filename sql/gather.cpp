#include "sql/gather.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ride::sql {
namespace {

class Gatherer {
 public:
  Gatherer(Analysis& out, bool relations) : out_(out), relations_(relations) {}

  void visit(const Json& value) {
    if (const auto* items = value.if_array()) {
      for (const Json& item : *items) visit(item);
    } else if (const Fields* object = value.if_object()) {
      if (const Node node = node_of(value))
        visit_node(node);
      else
        visit_fields(*object);
    }
  }

 private:
  void visit_node(const Node& node) {
    if (node.is("FuncCall")) out_.calls.push_back(call_of(*node.fields));
    if (node.is("InsertStmt")) return visit_change(*node.fields, "insert");
    if (node.is("UpdateStmt")) return visit_change(*node.fields, "update");
    if (node.is("DeleteStmt")) return visit_change(*node.fields, "delete");
    if (node.is("MergeStmt")) return visit_change(*node.fields, "merge");
    visit_fields(*node.fields);
  }

  // Brings the CTEs of a WITH into scope around the rest of the statement.
  void visit_fields(const Fields& fields, std::string_view skipped = "") {
    if (find(fields, "relname") != nullptr) return visit_relation(fields);
    const std::size_t outer = ctes_.size();
    if (const Fields* with = object_at(fields, "withClause")) visit_with(*with);
    for (const auto& [key, value] : fields)
      if (key != skipped && key != "withClause" && key != "lockingClause" && key != "intoClause")
        visit(value);
    ctes_.resize(outer);
  }

  // Without RECURSIVE a CTE sees those before it and not itself.
  void visit_with(const Fields& with) {
    const auto& ctes = list_at(with, "ctes");
    const bool recursive = flag_at(with, "recursive");
    if (recursive)
      for (const Json& cte : ctes) enter(cte);
    for (const Json& cte : ctes) {
      if (const Node node = node_of(cte))
        if (const Json* query = find(*node.fields, "ctequery")) visit(*query);
      if (!recursive) enter(cte);
    }
  }

  void enter(const Json& cte) {
    if (const Node node = node_of(cte)) ctes_.push_back(text_at(*node.fields, "ctename"));
  }

  void visit_relation(const Fields& range_var) {
    if (!relations_) return;
    Name name = range_name(range_var);
    const bool is_cte =
        name.schema.empty() && std::find(ctes_.begin(), ctes_.end(), name.name) != ctes_.end();
    if (!is_cte) add_relation(out_.reads, std::move(name), "select");
  }

  void visit_change(const Fields& fields, std::string_view action) {
    if (const Fields* target = object_at(fields, "relation"); target != nullptr && relations_) {
      add_relation(out_.writes, range_name(*target), action);
      const Fields* conflict = object_at(fields, "onConflictClause");
      if (conflict != nullptr && text_at(*conflict, "action") == "ONCONFLICT_UPDATE")
        add_relation(out_.writes, range_name(*target), "update");
      if (action != "insert" && !list_at(fields, "returningList").empty())
        add_relation(out_.reads, range_name(*target), "select");
    }
    visit_fields(fields, "relation");
  }

  Analysis& out_;
  bool relations_;
  std::vector<std::string> ctes_;
};

}  // namespace

void gather(const Json& tree, Analysis& out) { Gatherer(out, true).visit(tree); }

void gather_calls(const Json& tree, Analysis& out) { Gatherer(out, false).visit(tree); }

Call call_of(const Fields& function_call) {
  Call call;
  if (const Json* name = find(function_call, "funcname")) call.name = any_name(*name);
  for (const Json& argument : list_at(function_call, "args"))
    call.arguments.push_back(argument_of(argument));
  return call;
}

void add_relation(std::vector<Relation>& list, Name name, std::string_view action,
                  std::string_view mode) {
  const bool known = std::any_of(list.begin(), list.end(), [&](const Relation& relation) {
    return relation.name == name && relation.action == action;
  });
  if (!known) list.push_back({std::move(name), std::string(action), std::string(mode)});
}

}  // namespace ride::sql
