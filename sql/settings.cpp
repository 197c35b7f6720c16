#include <string>
#include <string_view>
#include <tuple>

#include "sql/roles.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

// SET x TO a, b, as the list reads in pg_settings.
std::optional<std::string> value_of(const Fields& set) {
  if (text_at(set, "kind") != "VAR_SET_VALUE") return std::nullopt;  // RESET, TO DEFAULT …
  std::string out;
  const auto& arguments = list_at(set, "args");
  for (const Json& argument : arguments)
    out += (&argument == &arguments.front() ? "" : ", ") + argument_of(argument).text;
  return out;
}

// SET TRANSACTION and SET SESSION CHARACTERISTICS: one setting per mode.
void add_transaction_modes(const Fields& set, Setting setting, Analysis& out) {
  const bool transaction = text_at(set, "name") == "TRANSACTION";
  if (!transaction && text_at(set, "name") != "SESSION CHARACTERISTICS") return;
  setting.scope = transaction ? Setting::Scope::local : Setting::Scope::session;
  for (const Option& mode : options_at(set, "args")) {
    setting.name = (transaction ? "" : "default_") + mode.name;
    setting.value = mode.value;
    if (mode.name != "transaction_isolation")
      setting.value = option_on({mode}, mode.name) ? "on" : "off";
    out.settings.push_back(setting);
  }
}

// `setting` has scope and target.
void add_setting(const Fields& set, Setting setting, Analysis& out) {
  const std::string kind = text_at(set, "kind");
  if (kind == "VAR_SET_MULTI") return add_transaction_modes(set, std::move(setting), out);
  setting.name = kind == "VAR_RESET_ALL" ? "all" : lower(text_at(set, "name"));
  setting.value = value_of(set);
  if (flag_at(set, "is_local")) setting.scope = Setting::Scope::local;
  out.settings.push_back(std::move(setting));
}

}  // namespace

std::string_view to_string(Setting::Scope scope) {
  switch (scope) {
    case Setting::Scope::session:
      return "session";
    case Setting::Scope::local:
      return "local";
    case Setting::Scope::database:
      return "database";
    case Setting::Scope::role:
      return "role";
    case Setting::Scope::system:
      return "system";
  }
  return "";
}

bool analyse_settings(const Node& statement, Analysis& out) {
  const Fields& fields = *statement.fields;
  const Fields* set = object_at(fields, "setstmt");
  Setting setting;
  if (statement.is("VariableSetStmt")) {
    add_setting(fields, setting, out);
  } else if (statement.is("AlterSystemStmt") && set != nullptr) {
    setting.scope = Setting::Scope::system;
    add_setting(*set, setting, out);
  } else if (statement.is("AlterDatabaseSetStmt") && set != nullptr) {
    setting.scope = Setting::Scope::database;
    setting.database = text_at(fields, "dbname");
    add_setting(*set, setting, out);
  } else if (statement.is("AlterRoleSetStmt") && set != nullptr) {
    setting.scope = Setting::Scope::role;
    setting.database = text_at(fields, "database");
    const Fields* role = object_at(fields, "role");
    setting.role = role == nullptr ? "all" : role_name(*role);
    add_setting(*set, setting, out);
  } else {
    return false;
  }
  return true;
}

void add_set_config(Analysis& out) {
  for (const Call& call : out.calls) {
    if (call.name.name != "set_config" || call.arguments.size() != 3) continue;
    const auto& [name, value, local] =
        std::tie(call.arguments[0], call.arguments[1], call.arguments[2]);
    if (name.kind != Argument::Kind::literal) continue;
    Setting setting;
    setting.name = lower(name.text);
    setting.scope = local.text.starts_with('t') ? Setting::Scope::local : Setting::Scope::session;
    if (value.kind == Argument::Kind::literal) setting.value = value.text;
    out.settings.push_back(std::move(setting));
  }
}

}  // namespace ride::sql
