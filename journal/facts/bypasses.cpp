#include "journal/facts/bypasses.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace ride::journal::facts {
namespace {

constexpr std::size_t name_bytes_max = 63;  // the server cuts names of roles and databases here
// The server's own authentication_timeout. Both times compared with it are of ride's clock.
constexpr std::int64_t vanished_within_us = 60'000'000;
constexpr auto never = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view authorized = "connection authorized: user=";
constexpr std::string_view replication_authorized = "replication connection authorized: user=";

// A session that the server let in.
struct Admitted {
  const LogLine* line = nullptr;
  bool turned_away = false;  // by a FATAL before it could ask for anything
  bool gone = false;
  bool only_admitted = true;  // no line since
  bool acted = false;         // the log shows that it did something
  std::int64_t seen_us = 0;   // when the log showed it last: at its end, if that is known
};

// Somebody's way in that the record knows: a connection of the proxy, or a session of ride's own.
struct Opening {
  Seq seq = 0;
  Number pid;
  std::string user, database;
  std::int64_t over_us = never;  // where it has no pid: when it was given up
  bool refused = false;
  bool used = false;

  bool pending() const { return !pid && over_us == never; }
  std::int64_t deadline_us() const { return pending() ? never : over_us + vanished_within_us; }
};

std::string cut(std::string name) {
  if (name.size() > name_bytes_max) name.resize(name_bytes_max);
  return name;
}

// What a function of a learner's raises has a context; the server's own lines have none.
bool admits(const LogLine& line) {
  return line.context.empty() && line.statement.empty() &&
         (line.message.starts_with(authorized) || line.message.starts_with(replication_authorized));
}

bool starts_up(const LogLine& line) {
  return line.activity == "authentication" || line.activity == "startup";
}

void follow(Admitted& session, const LogLine& line) {
  const bool lost_client = line.sqlstate.starts_with("08");
  const bool disconnected = line.context.empty() && line.message.starts_with("disconnection: ");
  session.seen_us = line.at_us;
  session.only_admitted = session.only_admitted && starts_up(line);
  if (line.severity == "FATAL" && line.activity == "startup")
    session.turned_away = true;
  else if (disconnected)
    session.gone = true;
  else if (!starts_up(line) && !lost_client)
    session.acted = true;
}

std::vector<Admitted> admitted_sessions(const std::vector<LogLine>& log) {
  std::vector<Admitted> out;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> latest;  // by pid and start
  for (const auto& line : log) {
    const std::pair key(line.pid, line.backend_started_s);
    const auto known = latest.find(key);
    if (admits(line) && (known == latest.end() || out[known->second].gone)) {
      latest[key] = out.size();
      out.push_back({.line = &line});
    } else if (known != latest.end()) {
      follow(out[known->second], line);
    }
  }
  for (auto& session : out)
    if (!session.gone) session.seen_us = log.back().at_us;
  return out;
}

std::vector<Opening> openings_of(const Timeline& timeline) {
  std::vector<Opening> out;
  for (const auto& [id, connection] : timeline.connections) {
    if (connection.started_seq == 0) continue;
    Opening opening{connection.started_seq, connection.pid, cut(connection.user.value_or("")),
                    cut(connection.database.value_or("")), connection.closed_us.value_or(never)};
    if (!opening.pid) opening.pid = connection.unready_pid;
    opening.refused = connection.refusal.has_value();
    out.push_back(std::move(opening));
  }
  for (const auto& own : timeline.own)
    out.push_back({own.opening_seq, own.pid, cut(own.user), cut(own.database),
                   own.failed_us.value_or(never)});
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
  return out;
}

// Where events were lost: what explains a session behind it may be among them.
Seq first_loss(const Timeline& timeline) {
  for (const auto& moment : timeline.moments)
    if (moment.kind == Kind::hole || (moment.kind == Kind::gap && moment.number)) return moment.seq;
  return ~Seq{0};
}

class Judge {
 public:
  Judge(const Timeline& timeline, Record record)
      : sessions_(admitted_sessions(timeline.log)),
        openings_(openings_of(timeline)),
        loss_(first_loss(timeline)),
        record_(record) {}

  std::vector<Bypass> judge();

 private:
  bool made_by_us(const Admitted& session);
  bool excused(const Admitted& session);

  std::vector<Admitted> sessions_;
  std::vector<Opening> openings_;
  Seq loss_;
  Record record_;
};

// The way in was recorded before the server knew of it. Of several with this pid it is the latest:
// the others are of backends that had the pid before.
bool Judge::made_by_us(const Admitted& session) {
  for (auto one = openings_.rbegin(); one != openings_.rend(); ++one) {
    if (one->used || one->pid != session.line->pid || one->seq > session.line->seq) continue;
    one->used = true;
    return true;
  }
  return false;
}

// Takes the excuse that ends first, so that as many as possible are excused.
bool Judge::excused(const Admitted& session) {
  if (session.acted) return false;
  const bool replication = session.line->message.starts_with(replication_authorized);
  Opening* best = nullptr;
  for (auto& one : openings_) {
    if (one.used || one.pid || one.seq > session.line->seq || one.user != session.line->user)
      continue;
    if (!replication && one.database != session.line->database) continue;
    if (one.deadline_us() < session.seen_us) continue;
    // The server may not have logged yet that it refused; it logs no end of such a session.
    if (one.refused && session.gone) continue;
    if (best == nullptr || one.deadline_us() < best->deadline_us()) best = &one;
  }
  if (best == nullptr) return false;
  best->used = !best->pending() || record_ == Record::ended;
  return true;
}

Bypass bypass_of(const Admitted& session) {
  const auto& line = *session.line;
  constexpr std::string_view application = " application_name=";
  auto rest = std::string_view(line.message);
  rest.remove_prefix(rest.find(authorized) + authorized.size());
  // A role's name may hold anything, this key included.
  for (const auto& known : {line.user, " database=" + line.database})
    if (rest.starts_with(known)) rest.remove_prefix(known.size());
  Bypass out{.seq = line.seq,
             .read_us = line.at_us,
             .logged_us = line.logged_us,
             .pid = line.pid,
             .user = line.user,
             .database = line.database,
             .application = {},
             .only_admitted = session.only_admitted};
  if (rest.starts_with(application)) out.application = rest.substr(application.size());
  return out;
}

std::vector<Bypass> Judge::judge() {
  std::vector<const Admitted*> left;
  for (const auto& session : sessions_)
    if (!session.turned_away && !made_by_us(session)) left.push_back(&session);
  std::vector<Bypass> out;
  for (const auto* session : left)
    if (session->line->seq < loss_ && !excused(*session)) out.push_back(bypass_of(*session));
  return out;
}

// The statement that was sent last before the server let it in. The line was read some time after
// that, so the server's clock counts where it says earlier.
std::int64_t at_n(const std::vector<StatementRow>& statements, const Bypass& bypass) {
  auto n = std::partition_point(statements.begin(), statements.end(),
                                [&](const StatementRow& row) {
                                  return static_cast<Seq>(row.request) < bypass.seq;
                                }) -
           statements.begin();
  if (bypass.logged_us == 0) return n;
  while (n > 0 && statements[static_cast<std::size_t>(n - 1)].started > bypass.logged_us) --n;
  return n;
}

}  // namespace

std::vector<Bypass> find_bypasses(const Timeline& timeline, Record record) {
  if (timeline.own.empty()) return {};
  return Judge(timeline, record).judge();
}

std::string describe(const Bypass& bypass) {
  auto out = bypass.user;
  if (!bypass.database.empty()) out += " in " + bypass.database;
  if (!bypass.application.empty()) out += ", application " + bypass.application;
  return out + ", pid " + std::to_string(bypass.pid);
}

void add_bypasses(const Timeline& timeline, Facts& out) {
  for (const auto& bypass : find_bypasses(timeline, Record::ended))
    out.gaps.push_back({at_n(out.statements, bypass),
                        "a session that neither the proxy nor ride made: " + describe(bypass),
                        "bypass"});
}

}  // namespace ride::journal::facts
