#include "sql/roles.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sql/command.hpp"

namespace ride::sql {
namespace {

struct Attribute {
  std::string_view option;
  std::string_view on;
  std::string_view off;
};

constexpr auto attributes = std::to_array<Attribute>({
    {"superuser", "superuser", "nosuperuser"},
    {"createrole", "createrole", "nocreaterole"},
    {"createdb", "createdb", "nocreatedb"},
    {"canlogin", "login", "nologin"},
    {"isreplication", "replication", "noreplication"},
    {"bypassrls", "bypassrls", "nobypassrls"},
    {"inherit", "inherit", "noinherit"},
});

std::vector<std::string> role_names(const Json* list) {
  std::vector<std::string> out;
  const Node node = list == nullptr ? Node{} : node_of(*list);
  const auto* items = list == nullptr ? nullptr : list->if_array();
  if (node.is("List")) items = &list_at(*node.fields, "items");
  if (items == nullptr) return out;
  for (const Json& item : *items)
    if (const Node role = node_of(item); role.is("RoleSpec"))
      out.push_back(role_name(*role.fields));
    else if (role.is("AccessPriv"))
      out.push_back(text_at(*role.fields, "priv_name"));
  return out;
}

void add_membership(std::string member, const std::string& role, bool grant, bool admin,
                    Analysis& out) {
  out.role_changes.push_back({.role = std::move(member),
                              .change = (grant ? "grant " : "revoke ") + role,
                              .object = role,
                              .privileges = {},
                              .grant = grant,
                              .grant_option = admin});
}

// IN ROLE, ROLE and ADMIN of CREATE ROLE; ADD and DROP USER of ALTER GROUP. `add` is false for the
// last.
bool analyse_members(const std::string& role, const Option& option, bool add, Analysis& out) {
  const Json* list = find(*option.fields, "arg");
  if (option.name == "addroleto") {
    for (const std::string& group : role_names(list)) add_membership(role, group, true, false, out);
    return true;
  }
  if (option.name != "rolemembers" && option.name != "adminmembers") return false;
  for (std::string& member : role_names(list))
    add_membership(std::move(member), role, add, option.name == "adminmembers", out);
  return true;
}

void add_change(const std::string& role, std::string_view change, bool grant, Analysis& out) {
  out.role_changes.push_back({.role = role,
                              .change = std::string(change),
                              .object = {},
                              .privileges = {},
                              .grant = grant});
}

void analyse_options(const std::string& role, const Fields& fields, Analysis& out) {
  for (const Option& option : options_at(fields, "options")) {
    if (analyse_members(role, option, number_at(fields, "action") >= 0, out)) continue;
    const auto known =
        std::find_if(attributes.begin(), attributes.end(),
                     [&](const Attribute& attribute) { return attribute.option == option.name; });
    if (known == attributes.end()) {
      add_change(role, option.name, true, out);  // password, validUntil, connectionlimit
    } else {
      const bool on = option_on({option}, option.name);
      add_change(role, on ? known->on : known->off, on, out);
    }
  }
}

void analyse_create_role(const Fields& fields, Analysis& out) {
  const std::string role = text_at(fields, "role");
  add_change(role, "create", true, out);
  if (text_at(fields, "stmt_type") == "ROLESTMT_USER") add_change(role, "login", true, out);
  analyse_options(role, fields, out);
}

void analyse_grant_role(const Fields& fields, Analysis& out) {
  const bool admin = flag_at(fields, "admin_opt") || option_on(options_at(fields, "opt"), "admin");
  for (const std::string& role : role_names(find(fields, "granted_roles")))
    for (std::string& member : role_names(find(fields, "grantee_roles")))
      add_membership(std::move(member), role, flag_at(fields, "is_grant"), admin, out);
}

std::vector<std::string> privileges_of(const Fields& grant) {
  std::vector<std::string> out;
  for (const Json& entry : list_at(grant, "privileges")) {
    const Node privilege = node_of(entry);
    if (!privilege) continue;
    std::string text = text_at(*privilege.fields, "priv_name");
    if (text.empty()) text = "all";
    std::string columns;
    for (const Json& column : list_at(*privilege.fields, "cols"))
      columns += (columns.empty() ? "" : ", ") + string_of(column);
    out.push_back(columns.empty() ? text : text + " (" + columns + ")");
  }
  if (out.empty()) out.emplace_back("all");
  return out;
}

// "public.orders", "schema public", "all tables in schema public".
std::vector<std::string> objects_of(const Fields& grant) {
  const std::string type = object_word(text_at(grant, "objtype"));
  const std::string target = text_at(grant, "targtype");
  if (target == "ACL_TARGET_DEFAULTS") return {type + "s"};
  std::vector<std::string> out;
  for (const Json& object : list_at(grant, "objects")) {
    const Name name = any_name(object);
    if (target == "ACL_TARGET_ALL_IN_SCHEMA")
      out.push_back("all " + type + "s in schema " + name.name);
    else if (type == "table")
      out.push_back(qualified(name));
    else if (type == "sequence" || type == "function" || type == "procedure" || type == "type")
      out.push_back(type + " " + qualified(name));
    else
      out.push_back(type + " " + name.name);
  }
  return out;
}

void analyse_grant(const Fields& fields, std::string_view prefix, Analysis& out) {
  const bool grant = flag_at(fields, "is_grant");
  const auto privileges = privileges_of(fields);
  std::string words = std::string(prefix) + (grant ? "grant " : "revoke ");
  for (const std::string& privilege : privileges)
    words += (&privilege == &privileges.front() ? "" : ", ") + privilege;
  for (const std::string& object : objects_of(fields))
    for (std::string& role : role_names(find(fields, "grantees")))
      out.role_changes.push_back({.role = std::move(role),
                                  .change = words + " on " + object,
                                  .object = object,
                                  .privileges = privileges,
                                  .grant = grant,
                                  .grant_option = flag_at(fields, "grant_option")});
}

void add_for_roles(const Fields& fields, std::string_view change, Analysis& out) {
  for (const std::string& role : role_names(find(fields, "roles")))
    add_change(role, change, false, out);
}

void analyse_reassign(const Fields& fields, Analysis& out) {
  const Fields* owner = object_at(fields, "newrole");
  for (const std::string& role : role_names(find(fields, "roles")))
    out.role_changes.push_back({.role = owner == nullptr ? "" : role_name(*owner),
                                .change = "owner",
                                .object = "all owned by " + role,
                                .privileges = {}});
}

}  // namespace

bool analyse_roles(const Node& statement, Analysis& out) {
  const Fields& fields = *statement.fields;
  if (statement.is("CreateRoleStmt")) {
    analyse_create_role(fields, out);
  } else if (statement.is("AlterRoleStmt")) {
    if (const Fields* role = object_at(fields, "role"))
      analyse_options(role_name(*role), fields, out);
  } else if (statement.is("DropRoleStmt")) {
    add_for_roles(fields, "drop", out);
  } else if (statement.is("GrantRoleStmt")) {
    analyse_grant_role(fields, out);
  } else if (statement.is("GrantStmt")) {
    analyse_grant(fields, "", out);
  } else if (statement.is("AlterDefaultPrivilegesStmt")) {
    if (const Fields* action = object_at(fields, "action")) analyse_grant(*action, "default ", out);
  } else if (statement.is("ReassignOwnedStmt")) {
    analyse_reassign(fields, out);
  } else if (statement.is("DropOwnedStmt")) {
    add_for_roles(fields, "drop owned", out);
  } else if (statement.is("RenameStmt") && text_at(fields, "renameType") == "OBJECT_ROLE") {
    add_change(text_at(fields, "subname"), "rename", true, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace ride::sql
