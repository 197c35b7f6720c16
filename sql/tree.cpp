#include "sql/tree.hpp"

#include <pg_query.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "sql/analyse.hpp"

namespace ride::sql {
namespace {

const boost::json::array no_items;

// The fields of {"A_Const": …}: a value under one of these, or isnull.
Argument constant(const Fields& fields) {
  Argument out{.kind = Argument::Kind::literal, .text = {}};
  if (flag_at(fields, "isnull")) {
    out.kind = Argument::Kind::null;
  } else if (const Fields* number = object_at(fields, "ival")) {
    out.text = std::to_string(number_at(*number, "ival"));
  } else if (const Fields* boolean = object_at(fields, "boolval")) {
    out.text = flag_at(*boolean, "boolval") ? "true" : "false";
  } else if (const Fields* text = object_at(fields, "sval")) {
    out.text = text_at(*text, "sval");
  } else if (const Fields* decimal = object_at(fields, "fval")) {
    out.text = text_at(*decimal, "fval");
  } else {
    out.kind = Argument::Kind::unknown;  // a bit string
  }
  return out;
}

std::optional<std::string> option_value(const Fields& option) {
  const Json* arg = find(option, "arg");
  if (arg == nullptr) return std::nullopt;
  const Node node = node_of(*arg);
  if (!node) return std::string();
  if (node.is("String")) return text_at(*node.fields, "sval");
  if (node.is("Integer")) return std::to_string(number_at(*node.fields, "ival"));
  if (node.is("Float")) return text_at(*node.fields, "fval");
  if (node.is("Boolean")) return flag_at(*node.fields, "boolval") ? "true" : "false";
  if (node.is("TypeName")) return any_name(*arg).name;
  return argument_of(*arg).text;
}

Name name_of_strings(const boost::json::array& parts) {
  Name name;
  for (const Json& part : parts) {
    name.schema = std::move(name.name);
    name.name = string_of(part);
  }
  return name;
}

// libpg_query 15 leaves out the value of a negative integer as if it were zero: what stands at the
// constant's place in the text decides.
void restore_negative(Fields& constant, std::string_view text) {
  const auto* value = constant.if_contains("ival");
  if (value == nullptr || !value->is_object() || !value->get_object().empty()) return;
  const auto location = static_cast<std::size_t>(number_at(constant, "location"));
  if (location >= text.size() || text[location] != '-') return;
  const std::size_t digits = text.find_first_not_of(" \t\r\n", location + 1);
  std::int64_t number = 0;
  const char* begin = text.data() + std::min(digits, text.size());
  if (std::from_chars(begin, text.data() + text.size(), number).ptr == begin)
    constant.erase("ival");  // a comment in between: not known
  else
    constant["ival"].emplace_object()["ival"] = -number;
}

void restore_negatives(Json& value, std::string_view text) {
  if (auto* items = value.if_array())
    for (Json& item : *items) restore_negatives(item, text);
  if (auto* fields = value.if_object())
    for (auto& [key, child] : *fields) {
      if (key == "A_Const" && child.is_object()) restore_negative(child.get_object(), text);
      restore_negatives(child, text);
    }
}

}  // namespace

Tree parse_tree(std::string_view text) {
  Tree out;
  if (text.find('\0') != std::string_view::npos) {
    out.error = "contains a NUL byte";
    return out;
  }
  const std::string terminated(text);
  PgQueryParseResult result = pg_query_parse(terminated.c_str());
  if (result.error != nullptr) {
    out.error = result.error->message;
  } else {
    boost::json::parse_options options;
    options.max_depth = tree_depth_max;
    options.allow_invalid_utf8 = true;
    boost::json::error_code error;
    out.root = boost::json::parse(result.parse_tree, error, {}, options);
    if (!error) restore_negatives(out.root, text);
    if (error) out.error = "parse tree: " + error.message();
  }
  pg_query_free_parse_result(result);
  return out;
}

Node node_of(const Json& value) {
  const Fields* object = value.if_object();
  if (object == nullptr || object->size() != 1) return {};
  const auto& [type, fields] = *object->begin();
  if (!fields.is_object() || std::isupper(static_cast<unsigned char>(type.front())) == 0) return {};
  return {{type.data(), type.size()}, &fields.get_object()};
}

Node node_at(const Fields& fields, std::string_view key) {
  const Json* value = find(fields, key);
  return value == nullptr ? Node{} : node_of(*value);
}

const Json* find(const Fields& fields, std::string_view key) { return fields.if_contains(key); }

const Fields* object_at(const Fields& fields, std::string_view key) {
  const Json* value = find(fields, key);
  return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array& list_at(const Fields& fields, std::string_view key) {
  const Json* value = find(fields, key);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? no_items : *list;
}

std::string text_at(const Fields& fields, std::string_view key) {
  const Json* value = find(fields, key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

bool flag_at(const Fields& fields, std::string_view key) {
  const Json* value = find(fields, key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::int64_t number_at(const Fields& fields, std::string_view key) {
  const Json* value = find(fields, key);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? 0 : *number;
}

Node first_statement(const Tree& tree) {
  const Fields* root = tree.root.if_object();
  if (root == nullptr) return {};
  const auto& statements = list_at(*root, "stmts");
  const Fields* first = statements.empty() ? nullptr : statements.front().if_object();
  return first == nullptr ? Node{} : node_at(*first, "stmt");
}

std::string string_of(const Json& value) {
  const Node node = node_of(value);
  return node.is("String") ? text_at(*node.fields, "sval") : std::string();
}

Name range_name(const Fields& range_var) {
  return {text_at(range_var, "schemaname"), text_at(range_var, "relname")};
}

Name any_name(const Json& value) {
  if (const auto* text = value.if_string()) return {{}, {text->data(), text->size()}};
  if (const auto* parts = value.if_array()) return name_of_strings(*parts);
  const Node node = node_of(value);
  const Fields* fields = node ? node.fields : value.if_object();
  if (fields == nullptr) return {};
  if (node.is("String")) return {{}, text_at(*fields, "sval")};
  if (find(*fields, "relname") != nullptr) return range_name(*fields);
  for (const std::string_view key : {"items", "objname", "names", "funcname", "rolename"})
    if (const Json* inner = find(*fields, key)) return any_name(*inner);
  return {};
}

std::vector<Option> options_at(const Fields& fields, std::string_view key) {
  std::vector<Option> out;
  const Node list = node_at(fields, key);  // some fields have the list as a node of its own
  for (const Json& item : list.is("List") ? list_at(*list.fields, "items") : list_at(fields, key))
    if (const Node node = node_of(item); node.is("DefElem"))
      out.push_back({text_at(*node.fields, "defname"), option_value(*node.fields), node.fields});
  return out;
}

bool option_on(const std::vector<Option>& options, std::string_view name) {
  bool on = false;  // the last one counts
  for (const Option& option : options)
    if (option.name == name)
      on = !option.value || (*option.value != "false" && *option.value != "off" &&
                             *option.value != "0" && *option.value != "no");
  return on;
}

Argument argument_of(const Json& value) {
  const Node node = node_of(value);
  if (node.is("A_Const")) return constant(*node.fields);
  if (node.is("ParamRef"))
    return {.kind = Argument::Kind::parameter,
            .text = {},
            .parameter = static_cast<std::uint32_t>(number_at(*node.fields, "number"))};
  if (node.is("TypeCast") || node.is("NamedArgExpr"))
    if (const Json* inner = find(*node.fields, "arg")) return argument_of(*inner);
  return {};
}

std::string role_name(const Fields& role_spec) {
  const std::string type = text_at(role_spec, "roletype");
  if (type == "ROLESPEC_PUBLIC") return "public";
  if (type == "ROLESPEC_CURRENT_USER") return "current_user";
  if (type == "ROLESPEC_CURRENT_ROLE") return "current_role";
  if (type == "ROLESPEC_SESSION_USER") return "session_user";
  return text_at(role_spec, "rolename");
}

}  // namespace ride::sql
