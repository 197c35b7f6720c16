#include "journal/facts/ddl_log.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "journal/facts/ddl_line.hpp"

namespace ride::journal::facts {
namespace {

// The columns of a table as one line left them.
struct TableState {
  const Stmt* statement = nullptr;  // null: not the learner's
  std::string txid;
  std::vector<ColumnState> columns;
};

// Where the last line of a backend was put.
struct Position {
  std::string txid;  // the server's
  const Stmt* statement = nullptr;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Whether its text alone says all that it does.
bool plain(const Stmt& stmt) {
  return stmt.runs->parsed && !stmt.runs->opaque && !stmt.runs->ddl.empty();
}

bool can_emit(const Stmt& stmt, const DdlLine& line) {
  if (!stmt.ran()) return false;
  const auto& runs = *stmt.runs;
  const auto tag = lower(line.tag);
  if (plain(stmt))
    return stmt.fate != Fate::failed &&
           (runs.command == tag || lower(stmt.row.tag.value_or("")) == tag);
  return runs.opaque || !runs.calls.empty() || !runs.writes.empty() || !runs.reads.empty() ||
         !runs.role_changes.empty() || runs.command == tag;
}

class Joiner {
 public:
  Joiner(const Backends& backends, const Relations& relations, Facts& out)
      : backends_(backends), relations_(relations), out_(out) {
    for (const auto& row : out.ddl) {
      known_.insert(key(row));
      said_.insert({row.statement.value_or(0), row.action, row.column.value_or("")});
    }
  }

  void add(const LogLine& line, const DdlLine& ddl);

 private:
  using Key = std::tuple<Number, std::string, Text, Text>;
  static Key key(const DdlRow& row) { return {row.statement, row.action, row.object, row.column}; }

  const Stmt* statement_of(const LogLine& line, const DdlLine& ddl);
  const Stmt* first_possible(const Connection& connection, const LogLine& line, const DdlLine& ddl,
                             const Position& position) const;
  const Stmt* explained_by(const Connection& connection, const Stmt& first, const LogLine& line,
                           const DdlLine& ddl) const;
  std::vector<ColumnState> columns_before(const std::string& database, const DdlLine& ddl,
                                          const Stmt* stmt) const;
  void emit(const Stmt& stmt, const LogLine& line, const DdlLine& ddl,
            const std::vector<ColumnChange>& changes);
  void row(const Stmt& stmt, const LogLine& line, const std::string& action,
           const std::string& object, const std::string& column);

  const Backends& backends_;
  const Relations& relations_;
  Facts& out_;
  std::set<Key> known_;
  std::set<std::tuple<std::int64_t, std::string, std::string>> said_;  // by texts, with column
  std::map<std::int64_t, Position> positions_;                         // by connection
  std::map<std::pair<std::string, std::string>, std::vector<TableState>> tables_;
  std::set<std::pair<std::int64_t, std::string>> commanded_;  // statement and object of plain DDL
};

void Joiner::add(const LogLine& line, const DdlLine& ddl) {
  const auto* stmt = statement_of(line, ddl);
  std::vector<ColumnChange> changes;
  if (ddl.columns) {
    if (!ddl.tag.starts_with("CREATE"))
      changes = compare_columns(columns_before(line.database, ddl, stmt), *ddl.columns);
    tables_[{line.database, ddl.object}].push_back({stmt, ddl.txid, *ddl.columns});
  }
  if (stmt != nullptr) emit(*stmt, line, ddl, changes);
}

const Stmt* Joiner::statement_of(const LogLine& line, const DdlLine& ddl) {
  const auto* connection = backends_.connection_of(line);
  if (connection == nullptr) return nullptr;
  auto& position = positions_[connection->id];
  const auto* found = first_possible(*connection, line, ddl, position);
  if (found == nullptr && position.statement != nullptr && !plain(*position.statement) &&
      same_text(position.statement->source, line.statement))
    found = position.statement;  // it committed inside
  if (found == nullptr) return nullptr;
  if (!plain(*found)) {
    const auto* said = explained_by(*connection, *found, line, ddl);
    if (said != nullptr) found = said;
  }
  position = {ddl.txid, found};
  if (plain(*found) && !ddl.dropped) commanded_.insert({found->row.n, ddl.object});
  return found;
}

const Stmt* Joiner::first_possible(const Connection& connection, const LogLine& line,
                                   const DdlLine& ddl, const Position& position) const {
  const Stmt* repeated = nullptr;
  for (const auto* stmt : backends_.statements_of(connection.id)) {
    if (stmt->request() > line.seq) break;
    if (!same_text(stmt->source, line.statement)) continue;
    if (position.statement != nullptr) {
      if (stmt->row.n < position.statement->row.n) continue;
      const bool same_transaction = position.txid == ddl.txid;
      if (same_transaction != (stmt->row.txid == position.statement->row.txid)) continue;
    }
    if (!can_emit(*stmt, ddl)) continue;
    // A plain command writes one line for each object it commands.
    if (!ddl.dropped && commanded_.contains({stmt->row.n, ddl.object})) {
      repeated = stmt;
      continue;
    }
    return stmt;
  }
  return repeated;
}

// In a string with several statements: a later one whose own text says just what the line says.
const Stmt* Joiner::explained_by(const Connection& connection, const Stmt& first,
                                 const LogLine& line, const DdlLine& ddl) const {
  for (const auto* stmt : backends_.statements_of(connection.id)) {
    if (stmt->request() != first.request() || stmt->row.n <= first.row.n) continue;
    if (!plain(*stmt) || !can_emit(*stmt, ddl)) continue;
    if (!ddl.dropped && commanded_.contains({stmt->row.n, ddl.object})) continue;
    std::vector<ColumnChange> changes;
    if (ddl.dropped) {
      changes.push_back({ddl_action(ddl), ddl.column});
    } else if (ddl.columns) {
      changes = compare_columns(columns_before(line.database, ddl, stmt), *ddl.columns);
    }
    const bool all = std::all_of(changes.begin(), changes.end(), [&](const ColumnChange& change) {
      return said_.contains({stmt->row.n, change.action, change.column});
    });
    if (all) return stmt;
  }
  return nullptr;
}

// What stands when the line is written: the latest state that was not undone by then.
std::vector<ColumnState> Joiner::columns_before(const std::string& database, const DdlLine& ddl,
                                                const Stmt* stmt) const {
  const auto found = tables_.find({database, ddl.object});
  if (found != tables_.end()) {
    for (auto state = found->second.rbegin(); state != found->second.rend(); ++state) {
      const auto* made_by = state->statement;
      if (made_by == nullptr) return state->columns;
      const bool same_transaction = state->txid == ddl.txid;
      const auto undone = made_by->undone_by;
      if (same_transaction && (undone == 0 || stmt == nullptr || undone > stmt->row.n))
        return state->columns;
      const auto& outcome = made_by->row.outcome;
      if (!same_transaction && (outcome == "committed" || outcome == "unknown"))
        return state->columns;
    }
  }
  return relations_.columns_at_start(database, ddl.object);
}

void Joiner::emit(const Stmt& stmt, const LogLine& line, const DdlLine& ddl,
                  const std::vector<ColumnChange>& changes) {
  if (plain(stmt) && !ddl.dropped) return;  // its text says it
  const auto action = ddl_action(ddl);
  if (ddl.tag == "GRANT" || ddl.tag == "REVOKE" || ddl.tag == "ALTER DEFAULT PRIVILEGES") {
    if (!stmt.runs->role_changes.empty()) return;
    const auto words = ddl.tag == "ALTER DEFAULT PRIVILEGES" ? "default grant" : lower(ddl.tag);
    const auto where = ddl.object.empty() ? lower(ddl.type) : ddl.object;
    out_.role_changes.push_back({stmt.row.n, std::nullopt, words + " on " + where,
                                 stmt.row.outcome == "failed" ? "rolled back" : stmt.row.outcome,
                                 "log"});
    return;
  }
  if (ddl.dropped) {
    if (!action.empty()) row(stmt, line, action, ddl.object, ddl.column);
    return;
  }
  for (const auto& change : changes) row(stmt, line, change.action, ddl.object, change.column);
  if (changes.empty()) row(stmt, line, action, ddl.object, "");
}

void Joiner::row(const Stmt& stmt, const LogLine& line, const std::string& action,
                 const std::string& object, const std::string& column) {
  DdlRow row{stmt.row.n,
             line.database.empty() ? stmt.row.database : Text(line.database),
             action,
             object.empty() ? Text() : Text(object),
             column.empty() ? Text() : Text(column),
             stmt.row.outcome == "failed" ? "rolled back" : stmt.row.outcome,
             "log"};
  if (!known_.insert(key(row)).second) return;
  // A table that is dropped takes its indexes along under a text that names the table alone.
  const bool said = std::any_of(out_.ddl.begin(), out_.ddl.end(), [&](const DdlRow& other) {
    return other.statement == row.statement && other.action == row.action && other.tier == "wire" &&
           row.action.ends_with("index");
  });
  if (!said) out_.ddl.push_back(std::move(row));
}

}  // namespace

void add_logged_ddl(const Timeline& timeline, const Backends& backends, const Relations& relations,
                    Facts& out) {
  Joiner joiner(backends, relations, out);
  for (const auto& line : timeline.log)
    if (const auto ddl = read_ddl_line(line)) joiner.add(line, *ddl);
  std::stable_sort(out.ddl.begin(), out.ddl.end(), [](const DdlRow& a, const DdlRow& b) {
    return a.statement.value_or(0) < b.statement.value_or(0);
  });
}

}  // namespace ride::journal::facts
