#include "sql/condition.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ride::sql {
namespace {

using Kind = Condition::Kind;

Condition leaf(Kind kind) {
  Condition out;
  out.kind = kind;
  return out;
}

Condition branch(Kind kind, std::string text, std::vector<Condition> children) {
  Condition out;
  out.kind = kind;
  out.text = std::move(text);
  out.children = std::move(children);
  return out;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Builder {
 public:
  explicit Builder(const ColumnOf& column_of) : column_of_(column_of) {}

  Condition build(const Json& expression, std::size_t depth) const {
    const Node node = node_of(expression);
    if (!node || depth > condition_depth_max) return {};
    const Fields& fields = *node.fields;
    if (node.is("A_Const") || node.is("ParamRef")) return constant(expression);
    if (node.is("ColumnRef")) return column(fields);
    if (node.is("BoolExpr")) return boolean(fields, depth);
    if (node.is("A_Expr")) return operation(fields, depth);
    if (node.is("NullTest")) return null_test(fields, depth);
    if (node.is("BooleanTest")) return boolean_test(fields, depth);
    if (node.is("TypeCast")) return cast(fields, depth);
    if (node.is("FuncCall")) return call(fields, depth);
    if (node.is("SQLValueFunction")) return value_function(text_at(fields, "op"));
    if (node.is("CoalesceExpr"))
      return branch(Kind::first_not_null, {}, build_all(list_at(fields, "args"), depth));
    return {};
  }

 private:
  std::vector<Condition> build_all(const boost::json::array& list, std::size_t depth) const {
    std::vector<Condition> out;
    for (const Json& item : list) out.push_back(build(item, depth + 1));
    return out;
  }

  Condition under(const Fields& fields, std::string_view key, std::size_t depth) const {
    const Json* child = find(fields, key);
    return child == nullptr ? Condition{} : build(*child, depth + 1);
  }

  static Condition constant(const Json& expression) {
    const Argument value = argument_of(expression);
    Condition out;
    switch (value.kind) {
      case Argument::Kind::literal:
        out.kind = Kind::constant;
        out.text = value.text;
        out.integer = find(*node_of(expression).fields, "ival") != nullptr;
        break;
      case Argument::Kind::null:
        out.kind = Kind::constant;
        out.is_null = true;
        break;
      case Argument::Kind::parameter:
        out.kind = Kind::parameter;
        out.number = value.parameter;
        break;
      case Argument::Kind::unknown:
        break;
    }
    return out;
  }

  Condition column(const Fields& fields) const {
    auto name = column_of_(fields);
    return name ? branch(Kind::column, std::move(*name), {}) : Condition{};
  }

  Condition boolean(const Fields& fields, std::size_t depth) const {
    const std::string operation = text_at(fields, "boolop");
    auto parts = build_all(list_at(fields, "args"), depth);
    if (operation == "AND_EXPR") return branch(Kind::all_of, {}, std::move(parts));
    if (operation == "OR_EXPR") return branch(Kind::any_of, {}, std::move(parts));
    if (operation == "NOT_EXPR") return branch(Kind::negation, {}, std::move(parts));
    return {};
  }

  // "=", also where written OPERATOR(pg_catalog.=); "" for operators of other schemas.
  static std::string operator_name(const Fields& fields) {
    const Json* name = find(fields, "name");
    if (name == nullptr) return {};
    const Name found = any_name(*name);
    return found.schema.empty() || found.schema == "pg_catalog" ? found.name : "";
  }

  static Condition binary(const std::string& op, Condition left, Condition right) {
    std::vector<Condition> sides;
    sides.push_back(std::move(left));
    sides.push_back(std::move(right));
    if (is_one_of(op, {"=", "<>", "<", ">", "<=", ">="}))
      return branch(Kind::compare, op, std::move(sides));
    if (is_one_of(op, {"~~", "~~*", "~", "~*"})) return branch(Kind::match, op, std::move(sides));
    if (is_one_of(op, {"!~~", "!~~*", "!~", "!~*"}))
      return branch(Kind::negation, {}, {branch(Kind::match, op.substr(1), std::move(sides))});
    return {};
  }

  Condition operation(const Fields& fields, std::size_t depth) const {
    const std::string kind = text_at(fields, "kind");
    const std::string op = operator_name(fields);
    if (find(fields, "lexpr") == nullptr) return {};
    if (is_one_of(kind, {"AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE"}))
      return binary(op, under(fields, "lexpr", depth), under(fields, "rexpr", depth));
    if (kind == "AEXPR_IN") return in_list(op, fields, depth);
    if (kind == "AEXPR_OP_ANY" || kind == "AEXPR_OP_ALL")
      return over_array(kind == "AEXPR_OP_ANY", op, fields, depth);
    if (kind == "AEXPR_BETWEEN") return between(fields, depth);
    if (kind == "AEXPR_NOT_BETWEEN") return branch(Kind::negation, {}, {between(fields, depth)});
    Condition distinct =
        branch(Kind::distinct, {}, {under(fields, "lexpr", depth), under(fields, "rexpr", depth)});
    if (kind == "AEXPR_DISTINCT") return distinct;
    if (kind == "AEXPR_NOT_DISTINCT") return branch(Kind::negation, {}, {std::move(distinct)});
    return {};  // SIMILAR TO, BETWEEN SYMMETRIC, NULLIF
  }

  // x IN (a, b), x = ANY (ARRAY[a, b]) and their negations, written out.
  Condition each(bool any, const std::string& op, const Fields& fields,
                 const boost::json::array& items, std::size_t depth) const {
    std::vector<Condition> parts;
    for (const Json& item : items)
      parts.push_back(binary(op, under(fields, "lexpr", depth), build(item, depth + 1)));
    return branch(any ? Kind::any_of : Kind::all_of, {}, std::move(parts));
  }

  Condition in_list(const std::string& op, const Fields& fields, std::size_t depth) const {
    const Node list = node_at(fields, "rexpr");
    if (!list.is("List")) return {};
    return each(op == "=", op, fields, list_at(*list.fields, "items"), depth);
  }

  Condition over_array(bool any, const std::string& op, const Fields& fields,
                       std::size_t depth) const {
    Node array = node_at(fields, "rexpr");
    while (array.is("TypeCast")) array = node_at(*array.fields, "arg");
    if (array.is("A_ArrayExpr"))
      return each(any, op, fields, list_at(*array.fields, "elements"), depth);
    return branch(any ? Kind::any_element : Kind::all_elements, op,
                  {under(fields, "lexpr", depth), under(fields, "rexpr", depth)});
  }

  Condition between(const Fields& fields, std::size_t depth) const {
    const Node list = node_at(fields, "rexpr");
    const auto& bounds = list ? list_at(*list.fields, "items") : list_at(fields, "");
    if (bounds.size() != 2) return {};
    return branch(Kind::all_of, {},
                  {binary(">=", under(fields, "lexpr", depth), build(bounds[0], depth + 1)),
                   binary("<=", under(fields, "lexpr", depth), build(bounds[1], depth + 1))});
  }

  Condition null_test(const Fields& fields, std::size_t depth) const {
    Condition test = branch(Kind::is_null, {}, {under(fields, "arg", depth)});
    if (text_at(fields, "nulltesttype") == "IS_NULL") return test;
    return branch(Kind::negation, {}, {std::move(test)});
  }

  Condition boolean_test(const Fields& fields, std::size_t depth) const {
    const std::string type = text_at(fields, "booltesttype");
    std::vector<Condition> child;
    child.push_back(under(fields, "arg", depth));
    if (type == "IS_TRUE") return branch(Kind::is_true, {}, std::move(child));
    if (type == "IS_FALSE") return branch(Kind::is_false, {}, std::move(child));
    if (type == "IS_NOT_TRUE")
      return branch(Kind::negation, {}, {branch(Kind::is_true, {}, std::move(child))});
    if (type == "IS_NOT_FALSE")
      return branch(Kind::negation, {}, {branch(Kind::is_false, {}, std::move(child))});
    return {};
  }

  // Only casts that leave every value as it is; the elements of an array keep theirs.
  Condition cast(const Fields& fields, std::size_t depth) const {
    const Fields* type = object_at(fields, "typeName");
    if (type == nullptr || find(*type, "typmods") != nullptr) return {};
    const Json* names = find(*type, "names");
    const std::string name = names == nullptr ? "" : any_name(*names).name;
    const bool integer = is_one_of(name, {"int2", "int4", "int8", "oid"});
    if (!integer && !is_one_of(name, {"text", "varchar", "name"})) return {};
    Condition inner = under(fields, "arg", depth);
    if (find(*type, "arrayBounds") != nullptr) return inner;
    return branch(integer ? Kind::as_integer : Kind::as_text, {}, {std::move(inner)});
  }

  Condition call(const Fields& fields, std::size_t depth) const {
    const Json* written = find(fields, "funcname");
    const Name name = written == nullptr ? Name{} : any_name(*written);
    if (!name.schema.empty() && name.schema != "pg_catalog") return {};
    auto arguments = build_all(list_at(fields, "args"), depth);
    if (name.name == "pg_backend_pid" && arguments.empty()) return leaf(Kind::own_pid);
    if (name.name == "current_database" && arguments.empty()) return leaf(Kind::current_database);
    if (name.name == "lower" && arguments.size() == 1)
      return branch(Kind::lower_case, {}, std::move(arguments));
    if (name.name == "upper" && arguments.size() == 1)
      return branch(Kind::upper_case, {}, std::move(arguments));
    return {};
  }

  static Condition value_function(std::string_view op) {
    if (is_one_of(op, {"SVFOP_CURRENT_USER", "SVFOP_CURRENT_ROLE", "SVFOP_USER"}))
      return leaf(Kind::current_user);
    if (op == "SVFOP_SESSION_USER") return leaf(Kind::session_user);
    if (op == "SVFOP_CURRENT_CATALOG") return leaf(Kind::current_database);
    return {};
  }

  const ColumnOf& column_of_;
};

}  // namespace

Condition build_condition(const Json& expression, const ColumnOf& column_of, std::size_t depth) {
  return Builder(column_of).build(expression, depth);
}

}  // namespace ride::sql
