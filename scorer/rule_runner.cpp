#include "scorer/rule_runner.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "journal/facts/schema.hpp"
#include "scorer/authorizer.hpp"
#include "scorer/sqlite.hpp"

namespace ride::scorer {
namespace {

constexpr int steps_between_looks = 10'000;

// Stops a statement after so many steps, for as long as it lives.
class StepLimit {
 public:
  StepLimit(sqlite3* connection, std::uint64_t steps_max)
      : connection_(connection), left_(steps_max / steps_between_looks) {
    sqlite3_progress_handler(connection_, steps_between_looks, callback, this);
  }
  ~StepLimit() { sqlite3_progress_handler(connection_, 0, nullptr, nullptr); }
  StepLimit(const StepLimit&) = delete;
  StepLimit& operator=(const StepLimit&) = delete;

  bool reached() const { return reached_; }

 private:
  static int callback(void* self) {
    auto& limit = *static_cast<StepLimit*>(self);
    limit.reached_ = limit.left_ == 0;
    if (!limit.reached_) --limit.left_;
    return limit.reached_ ? 1 : 0;
  }

  sqlite3* connection_;
  std::uint64_t left_;
  bool reached_ = false;
};

// The largest value for as long as it lives; a rule could otherwise ask for gigabytes in one step.
class ValueLimit {
 public:
  ValueLimit(sqlite3* connection, int bytes_max)
      : connection_(connection),
        before_(sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, bytes_max)) {}
  ~ValueLimit() { sqlite3_limit(connection_, SQLITE_LIMIT_LENGTH, before_); }
  ValueLimit(const ValueLimit&) = delete;
  ValueLimit& operator=(const ValueLimit&) = delete;

 private:
  sqlite3* connection_;
  int before_;
};

bool names_fact_table(std::string_view sql) {
  constexpr std::string_view prefix = "fact_";
  const auto part_of_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
  };
  for (auto at = sql.begin();; ++at) {
    at = std::search(at, sql.end(), prefix.begin(), prefix.end(), same);
    if (at == sql.end()) return false;
    if (at == sql.begin() || !part_of_name(*std::prev(at))) return true;
  }
}

bool only_blank_or_comment(const char* rest) {
  std::string_view text(rest);
  while (!text.empty()) {
    if (text.starts_with("--")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (std::isspace(static_cast<unsigned char>(text.front())) != 0 || text.front() == ';') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

std::string text_at(sqlite3_stmt* statement, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::optional<std::int64_t> number_at(sqlite3_stmt* statement, int column) {
  if (sqlite3_column_type(statement, column) != SQLITE_INTEGER) return std::nullopt;
  return sqlite3_column_int64(statement, column);
}

constexpr auto evidence_columns = std::to_array<std::string_view>(
    {"statement", "actor", "outcome", "sqlstate", "object", "pid", "started"});

Evidence read_row(sqlite3_stmt* statement) {
  Evidence row;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    const std::string_view name = sqlite3_column_name(statement, column);
    if (name == "statement") row.statement = number_at(statement, column);
    if (name == "actor") row.actor = text_at(statement, column);
    if (name == "outcome") row.outcome = text_at(statement, column);
    if (name == "sqlstate") row.sqlstate = text_at(statement, column);
    if (name == "object") row.object = text_at(statement, column);
    if (name == "pid") row.pid = number_at(statement, column);
    if (name == "started") row.started = number_at(statement, column);
  }
  return row;
}

}  // namespace

Rule::Rule(const Vocabulary& vocabulary, std::string name, std::string_view sql, RuleLimits limits)
    : name_(std::move(name)), vocabulary_(vocabulary), limits_(limits) {
  if (names_fact_table(sql))
    throw RuleError(name_, "names a fact_ table; rules read the views of the vocabulary");
  const ValueLimit value_limit(vocabulary_.connection(), limits_.value_bytes_max);
  const Authorizer authorizer(vocabulary_);
  const std::string terminated(sql);
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const auto result =
      sqlite3_prepare_v2(vocabulary_.connection(), terminated.c_str(), -1, &statement, &rest);
  StatementHandle prepared(statement);
  if (!authorizer.refusal().empty()) throw RuleError(name_, authorizer.refusal());
  if (result != SQLITE_OK) throw RuleError(name_, sqlite3_errmsg(vocabulary_.connection()));
  statement_ = prepared.get();
  check_shape(rest);
  depends_ = authorizer.depends_on_assignment();
  statement_ = prepared.release();
}

Rule::~Rule() { sqlite3_finalize(statement_); }

void Rule::check_shape(const char* rest) const {
  if (statement_ == nullptr) throw RuleError(name_, "is empty");
  if (sqlite3_stmt_readonly(statement_) == 0 || sqlite3_stmt_isexplain(statement_) != 0 ||
      sqlite3_column_count(statement_) == 0)
    throw RuleError(name_, "may only SELECT");
  if (sqlite3_bind_parameter_count(statement_) != 0)
    throw RuleError(name_, "may not have parameters");
  if (!only_blank_or_comment(rest)) throw RuleError(name_, "must be one statement");
}

bool Rule::has_evidence() const {
  for (int column = 0; column < sqlite3_column_count(statement_); ++column) {
    const std::string_view name = sqlite3_column_name(statement_, column);
    if (std::find(evidence_columns.begin(), evidence_columns.end(), name) != evidence_columns.end())
      return true;
  }
  return false;
}

std::vector<Evidence> Rule::run() {
  auto* connection = vocabulary_.connection();
  const ValueLimit value_limit(connection, limits_.value_bytes_max);
  const Authorizer authorizer(vocabulary_);
  const StepLimit step_limit(connection, limits_.steps_max);
  std::set<Evidence> rows;
  sqlite3_reset(statement_);
  int result = sqlite3_step(statement_);
  for (; result == SQLITE_ROW; result = sqlite3_step(statement_)) {
    rows.insert(read_row(statement_));
    if (rows.size() > limits_.rows_max) rows.erase(std::prev(rows.end()));
  }
  const std::string message = sqlite3_errmsg(connection);
  sqlite3_reset(statement_);
  if (step_limit.reached())
    throw RuleError(name_, "takes more than " + std::to_string(limits_.steps_max) +
                               " steps; look for a join without a condition");
  if (result != SQLITE_DONE) throw RuleError(name_, message);
  return {rows.begin(), rows.end()};
}

std::vector<Problem> check_rule_sql(const Rules& rules) {
  sqlite3* connection = nullptr;
  const auto opened = sqlite3_open(":memory:", &connection);
  const ConnectionHandle owned(connection);
  if (opened != SQLITE_OK) throw std::runtime_error("cannot open a database in memory");
  execute(connection, std::string(journal::facts::schema_sql()));
  const Vocabulary vocabulary(connection, 1);

  std::vector<Problem> problems;
  const auto check = [&](const char* section, const std::string& id, const char* key,
                         const std::string& sql) {
    if (sql.empty()) return;
    try {
      Rule rule(vocabulary, "", sql);
      rule.run();
      const bool decides = std::string_view(key) == "seen" || std::string_view(key) == "sprung";
      if (decides && !rule.has_evidence())
        throw RuleError("",
                        "returns no column called statement, actor, outcome, sqlstate or object");
    } catch (const RuleError& error) {
      problems.push_back({section, id, key, std::string(error.what()).substr(2)});
    }
  };
  for (const auto& item : rules.detect) {
    check("detect", item.id, "seen", item.seen);
    check("detect", item.id, "unknown", item.unknown);
  }
  for (const auto& fix : rules.fix) check("fix", fix.id, "facts", fix.facts);
  for (const auto& trap : rules.traps) {
    check("traps", trap.id, "sprung", trap.sprung);
    check("traps", trap.id, "unknown", trap.unknown);
  }
  return problems;
}

}  // namespace ride::scorer
