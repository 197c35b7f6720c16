// The parse tree of libpg_query as JSON, and the few ways in which the rest of this folder looks
// into it. Two shapes occur for a node: {"SelectStmt": {…}} where PostgreSQL's C has a Node*, and
// the bare {…} where it has a pointer to that very struct. Fields with a zero value are left out,
// and the set of fields differs between versions: every look-up answers something for what is
// missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "sql/statement.hpp"

namespace ride::sql {

using Json = boost::json::value;
using Fields = boost::json::object;

struct Tree {
  Json root;          // null when there is an error
  std::string error;  // one line
};

// The tree of all statements of the text. Recurses as deep as the text does.
Tree parse_tree(std::string_view text);

// A node with its type: "SelectStmt" and its fields.
struct Node {
  std::string_view type;  // "" if there is none
  const Fields* fields = nullptr;
  explicit operator bool() const { return fields != nullptr; }
  bool is(std::string_view name) const { return type == name; }
};

Node node_of(const Json& value);                           // {"Type": {…}}
Node node_at(const Fields& fields, std::string_view key);  // the same, under a key
const Json* find(const Fields& fields, std::string_view key);
const Fields* object_at(const Fields& fields, std::string_view key);            // a bare struct
const boost::json::array& list_at(const Fields& fields, std::string_view key);  // empty if missing
std::string text_at(const Fields& fields, std::string_view key);
bool flag_at(const Fields& fields, std::string_view key);
std::int64_t number_at(const Fields& fields, std::string_view key);

Node first_statement(const Tree& tree);

// The text of {"String": {"sval": …}}; "" for other nodes.
std::string string_of(const Json& value);

// The name in any of the shapes in which the grammar keeps one: a string, a RangeVar, a list of
// strings, a function or type with its name.
Name any_name(const Json& value);
Name range_name(const Fields& range_var);

// Options {"DefElem": {"defname": …, "arg": …}} of a list.
struct Option {
  std::string name;
  std::optional<std::string> value;  // as text; nullopt if none was written
  const Fields* fields = nullptr;
};
std::vector<Option> options_at(const Fields& fields, std::string_view key);
bool option_on(const std::vector<Option>& options, std::string_view name);

// A constant, parameter, or a cast of one; anything else is unknown.
Argument argument_of(const Json& value);

std::string role_name(const Fields& role_spec);  // "public", "current_user" or the name

}  // namespace ride::sql
