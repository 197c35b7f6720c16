#include <algorithm>
#include <array>
#include <string_view>

#include "sql/command.hpp"
#include "sql/ddl.hpp"
#include "sql/gather.hpp"

namespace ride::sql {
namespace {

// The lock a subcommand takes on its table, as AlterTableGetLockLevel in tablecmds.c has it.
enum class Lock { exclusive, weaker, by_constraint, by_options };

struct Subcommand {
  std::string_view type;
  std::string_view action;
  Lock lock = Lock::exclusive;
};

constexpr auto subcommands = std::to_array<Subcommand>({
    {"AT_AddColumn", "add column"},
    {"AT_AddConstraint", "add constraint", Lock::by_constraint},
    {"AT_AddIdentity", "add identity"},
    {"AT_AddIndexConstraint", "add constraint"},
    {"AT_AddInherit", "inherit"},
    {"AT_AddOf", "of"},
    {"AT_AlterColumnType", "alter column type"},
    {"AT_AlterConstraint", "alter constraint"},
    {"AT_AttachPartition", "attach partition", Lock::weaker},
    {"AT_ChangeOwner", "owner to"},
    {"AT_ClusterOn", "cluster on", Lock::weaker},
    {"AT_ColumnDefault", "set default"},
    {"AT_DetachPartition", "detach partition"},
    {"AT_DetachPartitionFinalize", "detach partition", Lock::weaker},
    {"AT_DisableRowSecurity", "disable row level security"},
    {"AT_DisableRule", "disable rule"},
    {"AT_DisableTrig", "disable trigger", Lock::weaker},
    {"AT_DisableTrigAll", "disable trigger", Lock::weaker},
    {"AT_DisableTrigUser", "disable trigger", Lock::weaker},
    {"AT_DropCluster", "set without cluster", Lock::weaker},
    {"AT_DropColumn", "drop column"},
    {"AT_DropConstraint", "drop constraint"},
    {"AT_DropExpression", "drop expression"},
    {"AT_DropIdentity", "drop identity"},
    {"AT_DropInherit", "no inherit"},
    {"AT_DropNotNull", "drop not null"},
    {"AT_DropOf", "not of"},
    {"AT_EnableAlwaysRule", "enable rule"},
    {"AT_EnableAlwaysTrig", "enable trigger", Lock::weaker},
    {"AT_EnableReplicaRule", "enable rule"},
    {"AT_EnableReplicaTrig", "enable trigger", Lock::weaker},
    {"AT_EnableRowSecurity", "enable row level security"},
    {"AT_EnableRule", "enable rule"},
    {"AT_EnableTrig", "enable trigger", Lock::weaker},
    {"AT_EnableTrigAll", "enable trigger", Lock::weaker},
    {"AT_EnableTrigUser", "enable trigger", Lock::weaker},
    {"AT_ForceRowSecurity", "force row level security"},
    {"AT_NoForceRowSecurity", "no force row level security"},
    {"AT_ReplicaIdentity", "replica identity"},
    {"AT_ResetOptions", "reset column options", Lock::weaker},
    {"AT_ResetRelOptions", "reset storage parameter", Lock::by_options},
    {"AT_SetAccessMethod", "set access method"},
    {"AT_SetCompression", "set compression"},
    {"AT_SetExpression", "set expression"},
    {"AT_SetIdentity", "set identity"},
    {"AT_SetLogged", "set logged"},
    {"AT_SetNotNull", "set not null"},
    {"AT_SetOptions", "set column options", Lock::weaker},
    {"AT_SetRelOptions", "set storage parameter", Lock::by_options},
    {"AT_SetStatistics", "set statistics", Lock::weaker},
    {"AT_SetStorage", "set storage"},
    {"AT_SetTableSpace", "set tablespace"},
    {"AT_SetUnLogged", "set unlogged"},
    {"AT_ValidateConstraint", "validate constraint", Lock::weaker},
});

// A subcommand of a newer version is called by its words and taken for one that locks.
Subcommand subcommand(std::string_view type) {
  const auto at = std::find_if(subcommands.begin(), subcommands.end(),
                               [&](const Subcommand& known) { return known.type == type; });
  return at == subcommands.end() ? Subcommand{.type = type, .action = "alter"} : *at;
}

// Storage parameters that readers need not wait for are all but these two.
bool options_lock(const Fields& command) {
  const auto options = options_at(command, "def");
  return std::any_of(options.begin(), options.end(), [](const Option& option) {
    return option.name == "user_catalog_table" || option.name == "security_barrier";
  });
}

bool locks(Lock lock, const Fields& command) {
  switch (lock) {
    case Lock::exclusive:
      break;
    case Lock::weaker:
      return false;
    case Lock::by_options:
      return options_lock(command);
    case Lock::by_constraint: {
      const Node constraint = node_at(command, "def");
      return !constraint || text_at(*constraint.fields, "contype") != "CONSTR_FOREIGN";
    }
  }
  const Node definition = node_at(command, "def");  // DETACH PARTITION … CONCURRENTLY
  return !definition.is("PartitionCmd") || !flag_at(*definition.fields, "concurrent");
}

void describe_column(const Fields& column, Ddl& item) {
  if (const Json* type = find(column, "typeName")) item.extra = any_name(*type).name;
  for (const Json& entry : list_at(column, "constraints")) {
    const Node constraint = node_of(entry);
    if (!constraint) continue;
    const std::string kind = text_at(*constraint.fields, "contype");
    if (kind == "CONSTR_NOTNULL" || kind == "CONSTR_PRIMARY") item.not_null = true;
    if (kind == "CONSTR_DEFAULT")
      if (const Json* expression = find(*constraint.fields, "raw_expr"))
        set_default(*expression, item);
  }
}

// What the definition of a subcommand adds to what is known from its name.
void describe(const Fields& command, Ddl& item, Analysis& out) {
  const Node definition = node_at(command, "def");
  if (definition.is("ColumnDef")) {
    if (item.column.empty()) item.column = text_at(*definition.fields, "colname");
    describe_column(*definition.fields, item);
  } else if (definition.is("Constraint")) {
    if (item.column.empty()) item.column = text_at(*definition.fields, "conname");
    item.extra = object_word(text_at(*definition.fields, "contype"));
    if (item.extra.starts_with("constr ")) item.extra.erase(0, 7);
  } else if (definition.is("PartitionCmd")) {
    const Fields* partition = object_at(*definition.fields, "name");
    if (partition == nullptr) return;
    item.extra = qualified(range_name(*partition));
    out.access_exclusive.push_back(range_name(*partition));
  } else if (const auto options = options_at(command, "def"); !options.empty()) {
    for (const Option& option : options)
      item.extra += (item.extra.empty() ? "" : ", ") + option.name +
                    (option.value ? "=" + *option.value : std::string());
  }
}

void analyse_subcommand(const Fields& command, const Ddl& statement, Analysis& out) {
  const Subcommand known = subcommand(text_at(command, "subtype"));
  Ddl item = statement;
  item.action = known.action;
  item.column = text_at(command, "name");
  item.cascade = text_at(command, "behavior") == "DROP_CASCADE";
  item.if_exists = flag_at(command, "missing_ok");
  if (known.type == "AT_ColumnDefault") {
    const Json* expression = find(command, "def");
    item.action = expression == nullptr ? "drop default" : "set default";
    if (expression != nullptr) set_default(*expression, item);
  } else {
    describe(command, item, out);
  }
  if (const Fields* owner = object_at(command, "newowner");
      owner != nullptr && item.action == "owner to") {
    item.extra = role_name(*owner);
    out.role_changes.push_back({.role = item.extra,
                                .change = "owner",
                                .object = qualified(item.object),
                                .privileges = {}});
  }
  if (locks(known.lock, command) &&
      std::find(out.access_exclusive.begin(), out.access_exclusive.end(), item.object) ==
          out.access_exclusive.end())
    out.access_exclusive.push_back(item.object);
  out.ddl.push_back(std::move(item));
}

}  // namespace

void set_default(const Json& expression, Ddl& item) {
  const Argument value = argument_of(expression);
  item.default_literal =
      value.kind == Argument::Kind::literal || value.kind == Argument::Kind::null;
  if (value.kind == Argument::Kind::literal) {
    item.default_text = value.text;
  } else if (!item.default_literal) {
    const Node node = node_of(expression);
    item.default_text = node.is("FuncCall") ? call_of(*node.fields).name.name + "(…)" : "(…)";
  }
}

void analyse_alter_table(const Fields& fields, Analysis& out) {
  const Fields* relation = object_at(fields, "relation");
  if (relation == nullptr) return;
  Ddl statement;
  statement.object_type = object_word(text_at(fields, "objtype"));
  statement.object = range_name(*relation);
  for (const Json& entry : list_at(fields, "cmds"))
    if (const Node command = node_of(entry)) {
      analyse_subcommand(*command.fields, statement, out);
      gather_calls(entry, out);
    }
}

}  // namespace ride::sql
