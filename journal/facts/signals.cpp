#include "journal/facts/signals.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <regex>

#include "journal/facts/saw.hpp"

namespace ride::journal::facts {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool terminates(const sql::Name& name) {
  return (name.schema.empty() || name.schema == "pg_catalog") &&
         name.name == "pg_terminate_backend";
}

std::optional<std::int64_t> to_integer(const Value& text) {
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const auto* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

// The first argument of a call, where the wire has it.
std::optional<std::int64_t> pid_argument(const sql::Call& call, const Values& parameters) {
  if (call.arguments.empty()) return std::nullopt;
  const auto& argument = call.arguments.front();
  if (argument.kind == sql::Argument::Kind::literal) return to_integer(argument.text);
  if (argument.kind == sql::Argument::Kind::parameter && argument.parameter >= 1 &&
      argument.parameter <= parameters.size())
    return to_integer(parameters[argument.parameter - 1]);
  return std::nullopt;
}

bool mentions(const std::string& text, const std::set<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return !name.empty() && text.find(name) != std::string::npos;
  });
}

// A body that neither names the function nor builds SQL nor calls what the learner made.
bool cannot_signal(std::string_view body, const Hidden& hidden) {
  const auto text = lower(body);
  for (const auto* word : {"terminate", "execute", "u&", "dblink", "call"})
    if (text.find(word) != std::string::npos) return false;
  return !mentions(text, hidden.functions);
}

// Refused before any of it ran.
bool never_began(const Stmt& stmt) {
  constexpr std::array<std::string_view, 8> codes{"25P02", "42601", "42883", "42703",
                                                  "42P01", "42P02", "42804", "42702"};
  return stmt.fate == Fate::failed &&
         std::find(codes.begin(), codes.end(), stmt.row.sqlstate.value_or("")) != codes.end();
}

// Where the results of the calls stand in the rows; empty where that is not certain.
std::vector<std::size_t> answer_columns(const Result& result, std::size_t calls) {
  constexpr std::uint32_t boolean = 16;
  std::vector<std::size_t> named, booleans;
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    if (result.columns[i].type != boolean) continue;
    booleans.push_back(i);
    if (result.columns[i].label == "pg_terminate_backend") named.push_back(i);
  }
  if (named.size() == calls) return named;
  if (booleans.size() == calls) return booleans;
  if (result.columns.empty() && calls == 1 && !result.rows.empty() && result.rows[0].size() == 1)
    return {0};
  return {};
}

Answered answered(const Value& value) {
  if (!value) return Answered::unknown;
  if (*value == "t" || *value == "\x01") return Answered::yes;
  return *value == "f" || *value == std::string_view("\0", 1) ? Answered::no : Answered::unknown;
}

// False of pg_terminate_backend(pid, timeout) can mean: signalled, and not gone in time.
bool signalled_in_vain(const Stmt& stmt) {
  for (const auto* answer : stmt.answers)
    if (answer->notices)
      for (const auto& message : notice_messages(*answer->notices))
        if (message.find("did not terminate within") != std::string::npos) return true;
  return false;
}

class Reader {
 public:
  Reader(const Stmt& stmt, Signal& out) : stmt_(stmt), out_(out), result_(result_of(stmt)) {}

  // Every pid is on the wire.
  void known(const std::vector<std::int64_t>& pids);
  // Whom: by the rows, or by the WHERE, or open.
  void asked(const std::vector<sql::Call>& calls);

 private:
  std::optional<std::size_t> pid_column() const;
  Answered without_result() const;

  const Stmt& stmt_;
  Signal& out_;
  Result result_;
};

Answered Reader::without_result() const {
  const auto sqlstate = stmt_.row.sqlstate.value_or("");
  // Cancelled while it waited for the death, or ended by itself: the signal was sent, perhaps.
  if (stmt_.fate == Fate::failed && sqlstate != "57014" && sqlstate != "57P01")
    return Answered::failed;
  return Answered::unknown;
}

void Reader::known(const std::vector<std::int64_t>& pids) {
  const auto columns = answer_columns(result_, pids.size());
  for (std::size_t i = 0; i < pids.size(); ++i) {
    auto said = without_result();
    if (stmt_.fate == Fate::completed && result_.complete && columns.size() == pids.size()) {
      said = result_.rows.empty() ? Answered::not_called : Answered::no;
      for (const auto& row : result_.rows) {
        const auto one = columns[i] < row.size() ? answered(row[columns[i]]) : Answered::unknown;
        if (one == Answered::yes || said == Answered::no) said = one;
        if (said == Answered::yes) break;
      }
      if (said == Answered::no && signalled_in_vain(stmt_)) said = Answered::yes;
    }
    out_.pids.push_back({pids[i], said});
  }
}

// Of `SELECT a.pid, pg_terminate_backend(a.pid) …`: the argument stands in the list by itself.
std::optional<std::size_t> Reader::pid_column() const {
  // std::regex goes as deep as its input is long.
  constexpr std::size_t text_bytes_max = 4'096;
  if (stmt_.effect.size() > text_bytes_max) return std::nullopt;
  const auto text = lower(stmt_.effect);
  static const std::regex call(
      R"(pg_terminate_backend\s*\(\s*((?:[a-z_]\w*\.)?([a-z_]\w*))\s*[,)])");
  std::smatch found;
  if (!std::regex_search(text, found, call)) return std::nullopt;
  const auto argument = found[1].str();
  const auto column = found[2].str();
  const std::regex item("(select|,)\\s*" + std::regex_replace(argument, std::regex("\\."), "\\.") +
                        "\\s*(,|from\\b)");
  const auto view = text.find("pg_stat_activity");
  const bool star = text.find('*') != std::string::npos && view != std::string::npos &&
                    text.find("pg_stat_activity", view + 1) == std::string::npos;
  if (!std::regex_search(text, item) && !star) return std::nullopt;
  std::optional<std::size_t> at;
  for (std::size_t i = 0; i < result_.columns.size(); ++i) {
    if (result_.columns[i].label != column) continue;
    if (at) return std::nullopt;
    at = i;
  }
  return at;
}

void Reader::asked(const std::vector<sql::Call>& calls) {
  const auto columns = answer_columns(result_, calls.size());
  const bool whole = stmt_.fate == Fate::completed && result_.complete && !columns.empty();
  if (whole && result_.rows.empty()) return;  // called for nobody
  if (!whole || calls.size() != 1) {
    out_.open = true;
    return;
  }
  const auto pids = pid_column();
  std::int64_t sent = 0;
  for (const auto& row : result_.rows) {
    const auto said = columns[0] < row.size() ? answered(row[columns[0]]) : Answered::unknown;
    const auto pid = pids && *pids < row.size() ? to_integer(row[*pids]) : std::nullopt;
    if (pid) {
      out_.pids.push_back({*pid, said});
    } else if (said == Answered::yes) {
      ++sent;
    } else if (said == Answered::no) {
      ++out_.refused;
    }
  }
  out_.open = sent > 0;
  out_.sent = sent;
}

sql::Context context_of(const Stmt& stmt) {
  sql::Context context;
  context.own_pid = stmt.connection->pid;
  context.current_user = stmt.row.role;
  context.session_user = stmt.row.role;
  context.current_database = stmt.row.database;
  context.parameters = stmt.parameters;
  return context;
}

void read_calls(const Stmt& stmt, const std::vector<sql::Call>& calls, sql::Analyser& analyser,
                Signal& out) {
  std::vector<std::int64_t> pids;
  for (const auto& call : calls)
    if (const auto pid = pid_argument(call, stmt.parameters)) pids.push_back(*pid);
  if (never_began(stmt)) {
    for (const auto pid : pids) out.pids.push_back({pid, Answered::failed});
    out.failed_unsent = pids.empty();
    return;
  }
  Reader reader(stmt, out);
  if (pids.size() == calls.size()) return reader.known(pids);
  reader.asked(calls);
  out.query = analyser.signal_query(stmt.effect);
  out.failed_unsent = stmt.fate == Fate::failed;
}

bool calls_hidden(const sql::Analysis& runs, const Hidden& hidden) {
  const auto of_hidden = [&](const sql::Relation& relation) {
    return hidden.relations.contains(relation.name.name);
  };
  return std::any_of(runs.calls.begin(), runs.calls.end(),
                     [&](const auto& call) { return hidden.functions.contains(call.name.name); }) ||
         std::any_of(runs.reads.begin(), runs.reads.end(), of_hidden) ||
         std::any_of(runs.writes.begin(), runs.writes.end(), of_hidden);
}

}  // namespace

Hidden find_hidden(const std::vector<Stmt*>& statements) {
  Hidden hidden;
  for (const auto* stmt : statements)
    for (const auto& ddl : stmt->runs->ddl)
      if (ddl.action == "create function" || ddl.action == "create procedure")
        hidden.functions.insert(ddl.object.name);
  for (const auto* stmt : statements) {
    for (const auto& ddl : stmt->runs->ddl) {
      const auto text = lower(stmt->effect);
      if (text.find("terminate") == std::string::npos && !mentions(text, hidden.functions))
        continue;
      if (ddl.table) hidden.relations.insert(ddl.table->name);
      if (ddl.action == "create view") hidden.relations.insert(ddl.object.name);
    }
  }
  return hidden;
}

std::optional<Signal> signal_of(const Stmt& stmt, const Hidden& hidden, sql::Analyser& analyser) {
  if (!stmt.ran()) return std::nullopt;
  Signal out;
  out.stmt = &stmt;
  out.context = context_of(stmt);
  const auto& runs = *stmt.runs;
  std::vector<sql::Call> calls;
  std::copy_if(runs.calls.begin(), runs.calls.end(), std::back_inserter(calls),
               [](const auto& call) { return terminates(call.name); });
  if (calls_hidden(runs, hidden) || (runs.opaque && !cannot_signal(stmt.effect, hidden))) {
    if (never_began(stmt) && !runs.opaque_language) return std::nullopt;
    out.open = true;
    return out;
  }
  for (const auto& ddl : runs.ddl) {
    if (ddl.action != "drop database" || !ddl.force) continue;
    out.open = !never_began(stmt);
    out.only_database = ddl.object.name;
    return out;
  }
  if (calls.empty()) return std::nullopt;
  read_calls(stmt, calls, analyser, out);
  return out;
}

}  // namespace ride::journal::facts
