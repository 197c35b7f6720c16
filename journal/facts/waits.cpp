#include "journal/facts/waits.hpp"

#include <charconv>
#include <regex>

namespace ride::journal::facts {
namespace {

struct WaitLine {
  std::int64_t pid = 0;
  std::string lock;
  std::uint32_t relation = 0;  // oid
  bool acquired = false;
  std::vector<std::int64_t> holders;
};

constexpr std::size_t text_bytes_max =
    2'048;  // the server's own lines are shorter, also with 100 holders

// What a session raised itself to look like one.
bool raised_by_hand(const LogLine& line) {
  const auto first = std::string_view(line.context).substr(0, line.context.find('\n'));
  return first.ends_with(" at RAISE");
}

std::int64_t number(const std::string& digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// "process 123 still waiting for AccessExclusiveLock on relation 16385 of database 16384 after
// 200.123 ms", "process 123 acquired …"; detail "Process holding the lock: 100. Wait queue: 123."
std::optional<WaitLine> read_wait_line(const LogLine& line) {
  if (!line.message.starts_with("process ") || raised_by_hand(line)) return std::nullopt;
  if (line.message.size() > text_bytes_max || line.detail.size() > text_bytes_max)
    return std::nullopt;
  static const std::regex message(
      R"(process (\d+) (still waiting for|acquired) (\w+) on (.*) after [\d.]+ ms)");
  std::smatch found;
  if (!std::regex_search(line.message, found, message)) return std::nullopt;
  WaitLine out;
  out.pid = number(found[1]);
  out.acquired = found[2] == "acquired";
  out.lock = found[3];
  const std::string what = found[4];
  static const std::regex relation(R"(relation (\d+) of database)");
  if (std::regex_search(what, found, relation))
    out.relation = static_cast<std::uint32_t>(number(found[1]));
  static const std::regex holders(R"(holding the lock: ([\d, ]+)\.)");
  if (!std::regex_search(line.detail, found, holders)) return out;
  const std::string list = found[1];
  static const std::regex digits(R"(\d+)");
  for (auto pid = std::sregex_iterator(list.begin(), list.end(), digits);
       pid != std::sregex_iterator(); ++pid)
    out.holders.push_back(number(pid->str()));
  return out;
}

// A session by pid at the moment of a line: an actor's name, or the learner's statement under way.
struct Party {
  Text name;
  Number statement;
};

Party learner(const Backends& backends, const Connection& connection, Seq seq) {
  Party party{"learner", {}};
  for (const auto* stmt : backends.statements_of(connection.id))
    if (stmt->request() < seq && stmt->ran()) party.statement = stmt->row.n;
  return party;
}

Party holder(const Timeline& timeline, const Backends& backends, std::int64_t pid, Seq seq) {
  for (auto session = timeline.sessions.rbegin(); session != timeline.sessions.rend(); ++session)
    if (session->pid == pid && session->connected_seq < seq) return {session->actor, {}};
  for (const auto& [id, connection] : timeline.connections)
    if (connection.pid == pid && connection.ready_seq < seq &&
        (connection.closed_seq == 0 || connection.closed_seq > seq))
      return learner(backends, connection, seq);
  return {};
}

void note_acquired(const WaitLine& wait, const LogLine& line, std::vector<WaitRow>& rows) {
  for (auto& row : rows)
    if (row.waiter_pid == wait.pid && row.lock == wait.lock && !row.acquired)
      row.acquired = line.at_us;
}

}  // namespace

void add_waits(const Timeline& timeline, const Backends& backends, const Relations& relations,
               Facts& out) {
  for (const auto& line : timeline.log) {
    const auto wait = read_wait_line(line);
    if (!wait) continue;
    if (wait->acquired) {
      note_acquired(*wait, line, out.waits);
      continue;
    }
    WaitRow row;
    row.seen = line.at_us;
    row.waiter_pid = wait->pid;
    row.lock = wait->lock;
    if (const auto* relation = relations.find(Text(line.database), wait->relation))
      row.relation = relation->name;
    if (const auto* session = backends.session_of(line)) {
      row.waiter = session->actor;
    } else if (backends.connection_of(line) != nullptr) {
      row.waiter = "learner";
      if (const auto* stmt = backends.statement_of(line)) row.statement = stmt->row.n;
    }
    if (wait->holders.empty()) out.waits.push_back(row);
    for (const auto pid : wait->holders) {
      const auto blocker = holder(timeline, backends, pid, line.seq);
      row.blocker = blocker.name;
      row.blocker_statement = blocker.statement;
      row.blocker_pid = pid;
      out.waits.push_back(row);
    }
  }
}

}  // namespace ride::journal::facts
