// The names of one connection that stand for SQL text: prepared statements, portals, cursors. The
// protocol and SQL share both name spaces.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "journal/facts/wire.hpp"
#include "sql/statement.hpp"

namespace ride::journal::facts {

struct Stmt;

struct PreparedText {
  std::string text;
  std::string parameter_types;  // Parse's
};

struct Portal {
  std::optional<std::string> text;  // nullopt: the record does not know it
  Values parameters;
  Stmt* statement = nullptr;  // once executed
  bool cursor = false;        // by DECLARE; WITH HOLD it outlives its transaction
};

class Names {
 public:
  // What a completed SQL statement does to the names.
  void apply(const sql::Analysis& analysis);
  void simple_query_began() {
    statements.erase("");
    portals.erase("");
  }
  void transaction_ended() {
    std::erase_if(portals, [](const auto& entry) { return !entry.second.cursor; });
  }

  std::map<std::string, PreparedText> statements;
  std::map<std::string, Portal> portals;
};

// The literals of EXECUTE's arguments; nullopt for NULL and for what is no literal.
Values literal_values(const std::vector<sql::Argument>& arguments);

}  // namespace ride::journal::facts
