#include "sql/command.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace ride::sql {
namespace {

constexpr auto places = std::to_array<ObjectPlace>({
    {"AlterDatabaseStmt", "alter database", "database", "dbname", ""},
    {"AlterDatabaseSetStmt", "alter database", "database", "dbname", ""},
    {"AlterDatabaseRefreshCollStmt", "alter database", "database", "dbname", ""},
    {"AlterDomainStmt", "alter domain", "domain", "typeName", ""},
    {"AlterEnumStmt", "alter type", "type", "typeName", ""},
    {"AlterEventTrigStmt", "alter event trigger", "event trigger", "trigname", ""},
    {"AlterExtensionStmt", "alter extension", "extension", "extname", ""},
    {"AlterExtensionContentsStmt", "alter extension", "extension", "extname", ""},
    {"AlterFdwStmt", "alter foreign data wrapper", "foreign data wrapper", "fdwname", ""},
    {"AlterForeignServerStmt", "alter server", "server", "servername", ""},
    {"AlterFunctionStmt", "alter function", "function", "func", ""},
    {"AlterPolicyStmt", "alter policy", "policy", "policy_name", "table"},
    {"AlterPublicationStmt", "alter publication", "publication", "pubname", ""},
    {"AlterSeqStmt", "alter sequence", "sequence", "sequence", ""},
    {"AlterStatsStmt", "alter statistics", "statistics", "defnames", ""},
    {"AlterSubscriptionStmt", "alter subscription", "subscription", "subname", ""},
    {"AlterTableSpaceOptionsStmt", "alter tablespace", "tablespace", "tablespacename", ""},
    {"AlterTypeStmt", "alter type", "type", "typeName", ""},
    {"AlterUserMappingStmt", "alter user mapping", "user mapping", "servername", ""},
    {"CommentStmt", "comment", "", "object", ""},
    {"CompositeTypeStmt", "create type", "type", "typevar", ""},
    {"CreateAmStmt", "create access method", "access method", "amname", ""},
    {"CreateDomainStmt", "create domain", "domain", "domainname", ""},
    {"CreateEnumStmt", "create type", "type", "typeName", ""},
    {"CreateEventTrigStmt", "create event trigger", "event trigger", "trigname", ""},
    {"CreateExtensionStmt", "create extension", "extension", "extname", ""},
    {"CreateFdwStmt", "create foreign data wrapper", "foreign data wrapper", "fdwname", ""},
    {"CreateForeignServerStmt", "create server", "server", "servername", ""},
    {"CreateFunctionStmt", "create function", "function", "funcname", ""},
    {"CreatePLangStmt", "create language", "language", "plname", ""},
    {"CreatePolicyStmt", "create policy", "policy", "policy_name", "table"},
    {"CreatePublicationStmt", "create publication", "publication", "pubname", ""},
    {"CreateRangeStmt", "create type", "type", "typeName", ""},
    {"CreateSchemaStmt", "create schema", "schema", "schemaname", ""},
    {"CreateSeqStmt", "create sequence", "sequence", "sequence", ""},
    {"CreateStatsStmt", "create statistics", "statistics", "defnames", ""},
    {"CreateStmt", "create table", "table", "relation", ""},
    {"CreateSubscriptionStmt", "create subscription", "subscription", "subname", ""},
    {"CreateTableSpaceStmt", "create tablespace", "tablespace", "tablespacename", ""},
    {"CreateTrigStmt", "create trigger", "trigger", "trigname", "relation"},
    {"CreateUserMappingStmt", "create user mapping", "user mapping", "servername", ""},
    {"CreatedbStmt", "create database", "database", "dbname", ""},
    {"DefineStmt", "create", "", "defnames", ""},
    {"DropSubscriptionStmt", "drop subscription", "subscription", "subname", ""},
    {"DropTableSpaceStmt", "drop tablespace", "tablespace", "tablespacename", ""},
    {"DropUserMappingStmt", "drop user mapping", "user mapping", "servername", ""},
    {"DropdbStmt", "drop database", "database", "dbname", ""},
    {"ImportForeignSchemaStmt", "import foreign schema", "schema", "local_schema", ""},
    {"IndexStmt", "create index", "index", "idxname", "relation"},
    {"RefreshMatViewStmt", "refresh materialized view", "materialized view", "relation", ""},
    {"RuleStmt", "create rule", "rule", "rulename", "relation"},
    {"SecLabelStmt", "security label", "", "object", ""},
    {"ViewStmt", "create view", "view", "view", ""},
});

struct Word {
  std::string_view from;
  std::string_view to;
};

constexpr auto commands = std::to_array<Word>({
    {"AlterDefaultPrivilegesStmt", "alter default privileges"},
    {"AlterRoleSetStmt", "alter role"},
    {"CheckPointStmt", "checkpoint"},
    {"ClosePortalStmt", "close cursor"},
    {"ConstraintsSetStmt", "set constraints"},
    {"CreateForeignTableStmt", "create foreign table"},
    {"DeclareCursorStmt", "declare cursor"},
    {"LockStmt", "lock table"},
    {"TruncateStmt", "truncate table"},
    {"VariableShowStmt", "show"},
});

constexpr auto objects = std::to_array<Word>({
    {"OBJECT_ATTRIBUTE", "type"},
    {"OBJECT_DOMCONSTRAINT", "domain"},
    {"OBJECT_EVENT_TRIGGER", "event trigger"},
    {"OBJECT_FDW", "foreign data wrapper"},
    {"OBJECT_FOREIGN_SERVER", "server"},
    {"OBJECT_LARGEOBJECT", "large object"},
    {"OBJECT_MATVIEW", "materialized view"},
    {"OBJECT_OPCLASS", "operator class"},
    {"OBJECT_OPFAMILY", "operator family"},
    {"OBJECT_STATISTIC_EXT", "statistics"},
    {"OBJECT_TABCONSTRAINT", "constraint"},
    {"OBJECT_TSCONFIGURATION", "text search configuration"},
    {"OBJECT_TSDICTIONARY", "text search dictionary"},
    {"OBJECT_TSPARSER", "text search parser"},
    {"OBJECT_TSTEMPLATE", "text search template"},
});

constexpr auto transactions = std::to_array<Word>({
    {"TRANS_STMT_BEGIN", "begin"},
    {"TRANS_STMT_START", "start transaction"},
    {"TRANS_STMT_COMMIT", "commit"},
    {"TRANS_STMT_ROLLBACK", "rollback"},
    {"TRANS_STMT_SAVEPOINT", "savepoint"},
    {"TRANS_STMT_RELEASE", "release"},
    {"TRANS_STMT_ROLLBACK_TO", "rollback to"},
    {"TRANS_STMT_PREPARE", "prepare transaction"},
    {"TRANS_STMT_COMMIT_PREPARED", "commit prepared"},
    {"TRANS_STMT_ROLLBACK_PREPARED", "rollback prepared"},
});

template <typename List>
std::string_view look_up(const List& list, std::string_view from) {
  const auto at =
      std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.from == from; });
  return at == list.end() ? std::string_view() : at->to;
}

// "CreateTransformStmt" → "create transform".
std::string split_words(std::string_view type) {
  if (type.ends_with("Stmt")) type.remove_suffix(4);
  std::string out;
  for (const char c : type) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) != 0 && !out.empty()) out += ' ';
    out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

// Commands whose words depend on the fields; "" for the others.
std::string command_by_fields(const Node& statement) {
  const Fields& fields = *statement.fields;
  const auto object = [&](std::string_view key) { return object_word(text_at(fields, key)); };
  if (statement.is("TransactionStmt"))
    return std::string(look_up(transactions, text_at(fields, "kind")));
  if (statement.is("DropStmt")) return "drop " + object("removeType");
  if (statement.is("AlterTableStmt")) return "alter " + object("objtype");
  if (statement.is("AlterOwnerStmt") || statement.is("AlterObjectSchemaStmt"))
    return "alter " + object("objectType");
  if (statement.is("RenameStmt")) {
    const std::string kind = object("renameType");
    return "alter " + (kind == "column" || kind == "constraint" ? "table" : kind);
  }
  if (statement.is("DefineStmt")) return "create " + object("kind");
  if (statement.is("CreateTableAsStmt"))
    return object("objtype") == "table" ? "create table as" : "create materialized view";
  if (statement.is("CreateFunctionStmt") && flag_at(fields, "is_procedure"))
    return "create procedure";
  if (statement.is("VariableSetStmt"))
    return text_at(fields, "kind").starts_with("VAR_RESET") ? "reset" : "set";
  if (statement.is("FetchStmt")) return flag_at(fields, "ismove") ? "move" : "fetch";
  if (statement.is("GrantStmt")) return flag_at(fields, "is_grant") ? "grant" : "revoke";
  if (statement.is("GrantRoleStmt"))
    return flag_at(fields, "is_grant") ? "grant role" : "revoke role";
  if (statement.is("VacuumStmt")) return flag_at(fields, "is_vacuumcmd") ? "vacuum" : "analyze";
  if (statement.is("SelectStmt") && find(fields, "intoClause") != nullptr) return "select into";
  return {};
}

}  // namespace

std::string command_of(const Node& statement) {
  if (std::string command = command_by_fields(statement); !command.empty()) return command;
  if (const ObjectPlace* place = object_place(statement.type)) return std::string(place->command);
  if (const auto words = look_up(commands, statement.type); !words.empty())
    return std::string(words);
  return split_words(statement.type);
}

std::string object_word(std::string_view object_type) {
  if (const auto word = look_up(objects, object_type); !word.empty()) return std::string(word);
  if (object_type.starts_with("OBJECT_")) object_type.remove_prefix(7);
  std::string out;
  for (const char c : object_type)
    out += c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

const ObjectPlace* object_place(std::string_view statement) {
  const auto at = std::find_if(places.begin(), places.end(),
                               [&](const ObjectPlace& p) { return p.statement == statement; });
  return at == places.end() ? nullptr : &*at;
}

}  // namespace ride::sql
