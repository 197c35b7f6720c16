// What one SQL statement does, as far as its text says: plain data, made by analyse.hpp.
//
// Names are as PostgreSQL folds them (unquoted lower case). A schema that was not written is empty;
// qualified() says which one is meant by ride's convention. What the statement merely defines or
// plans (the body of PREPARE, DECLARE, CREATE VIEW, CREATE FUNCTION, a rule, plain EXPLAIN) is not
// something it does: it adds nothing to the lists. For PREPARE and DECLARE the body's text is kept,
// to be analysed when EXECUTE or FETCH runs it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ride::sql {

struct Name {
  std::string schema;
  std::string name;
  bool operator==(const Name&) const = default;
};

// "public.orders": a name without schema is public's, or pg_catalog's where it begins with "pg_".
std::string qualified(std::string_view schema, std::string_view name);
inline std::string qualified(const Name& name) { return qualified(name.schema, name.name); }

// A table or view that the statement reads, writes or locks.
struct Relation {
  Name name;
  std::string action;  // reads: select copy; writes: insert update delete truncate copy merge;
                       // locks: lock
  std::string mode;    // locks: "access exclusive" and so on
};

struct Argument {
  enum class Kind { literal, null, parameter, unknown };
  Kind kind = Kind::unknown;
  std::string text;             // literal: its value, unquoted; booleans "true" and "false"
  std::uint32_t parameter = 0;  // $n
};

// A function call that runs when the statement does, wherever it stands in it.
struct Call {
  Name name;
  std::vector<Argument> arguments;
};

// One change of a schema object. ALTER TABLE gives one per subcommand, DROP one per object.
struct Ddl {
  std::string action;  // "drop column", "set default", "create index", …; else the command tag
  std::string object_type;  // "table", "index", "view", "function", "database", …
  Name object;
  std::string column;         // ALTER TABLE: the column, constraint or trigger named
  std::optional<Name> table;  // of an index, trigger, policy or rule being made
  std::string extra;          // new name (rename), type (add column), setting, owner
  // Of SET DEFAULT and ADD COLUMN: the literal, or "name(…)" of a call; nullopt: none, or NULL.
  std::optional<std::string> default_text;
  bool default_literal = false;  // a constant, NULL too
  bool not_null = false;         // add column … NOT NULL
  bool if_exists = false;        // IF EXISTS, IF NOT EXISTS
  bool cascade = false;
  bool concurrently = false;
  bool force = false;  // DROP DATABASE … WITH (FORCE): ends sessions
};

// A change of what a role is or may do.
struct RoleChange {
  std::string role;    // the role changed; "public" for PUBLIC
  std::string change;  // "superuser" "nosuperuser" "createrole" "login" "password" "create" "drop"
                       // "rename" "grant app_owner" "revoke app_owner" "owner"
                       // "grant select, update on public.orders" "default grant select on tables"
  std::string object;  // grant … on, owner: "public.orders"; grant ROLE: the role granted
  std::vector<std::string> privileges;  // grant … on: lower case, or the one word "all"
  bool grant = true;                    // false: taken away
  bool grant_option = false;            // WITH GRANT OPTION, WITH ADMIN OPTION
};

// SET, RESET, ALTER SYSTEM, ALTER DATABASE … SET, ALTER ROLE … SET, set_config() with literals.
// SET ROLE and SET SESSION AUTHORIZATION are the settings "role" and "session_authorization".
struct Setting {
  enum class Scope { session, local, database, role, system };
  Scope scope = Scope::session;
  std::string name;  // "all" for RESET ALL
  std::optional<std::string>
      value;             // lists joined by ", "; nullopt: RESET, TO DEFAULT, or not in the text
  std::string database;  // scope database, or role IN DATABASE
  std::string role;      // scope role; "all" for ALTER ROLE ALL
};
std::string_view to_string(Setting::Scope scope);

struct TransactionControl {
  enum class Kind {
    begin,
    commit,
    rollback,
    savepoint,
    release,
    rollback_to,
    prepare,
    commit_prepared,
    rollback_prepared
  };
  Kind kind = Kind::begin;
  std::string name;    // savepoint or global transaction id
  bool chain = false;  // COMMIT AND CHAIN
};

struct Prepare {
  std::string name;
  std::string body;  // the statement after AS
};

struct Execute {
  std::string name;
  std::vector<Argument> arguments;
};

struct Cursor {
  enum class Kind { declare, fetch, move, close };
  Kind kind = Kind::declare;
  std::string name;  // "" with close: CLOSE ALL
  std::string body;  // declare: the query after FOR
};

struct Copy {
  bool from = false;     // into the database
  bool program = false;  // TO or FROM PROGRAM
  bool client = false;   // STDIN or STDOUT
  std::string file;      // file name or program otherwise
};

struct Analysis {
  bool parsed = false;  // false: only scanned; command and calls are guesses, the other lists are
                        // empty, and absence from them says nothing
  std::string error;    // why it was not parsed
  std::string command;  // "select", "alter table", "do", …; "" for an empty text
  bool utility = false;
  std::string fingerprint;  // 16 hex digits, equal for statements that differ in constants alone
  bool explain = false;     // EXPLAIN of any kind; lists are empty unless ANALYZE made it run
  bool explain_analyze = false;

  std::vector<Relation> reads;   // rows read; the target of UPDATE or DELETE only with RETURNING
  std::vector<Relation> writes;  // rows written
  std::vector<Relation> locks;   // LOCK TABLE
  std::vector<Call> calls;       // CALL too
  std::vector<Ddl> ddl;
  std::vector<Name> access_exclusive;  // tables on which it takes ACCESS EXCLUSIVE, indexes for
                                       // DROP INDEX, whose table the text does not name
  std::vector<RoleChange> role_changes;
  std::vector<Setting> settings;
  std::optional<TransactionControl> transaction;
  std::optional<Prepare> prepare;
  std::optional<Execute> execute;
  std::optional<std::string> deallocate;  // name; "" for ALL (DISCARD ALL too)
  std::optional<Cursor> cursor;
  std::optional<Copy> copy;
  std::optional<std::string> opaque_language;  // DO: its body can do anything; "plpgsql" by default
  bool opaque = false;                         // DO and CALL, and all that was not parsed
};

}  // namespace ride::sql
