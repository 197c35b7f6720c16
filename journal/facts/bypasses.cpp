#include "journal/facts/bypasses.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace ride::journal::facts {
namespace {

constexpr std::size_t name_bytes_max = 63;  // the server cuts names of roles and databases here
// The server's own authentication_timeout. Both times compared with it are of ride's clock.
constexpr std::int64_t vanished_within_us = 60'000'000;
constexpr auto never = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view authorized = "connection authorized: user=";
constexpr std::string_view replication_authorized = "replication connection authorized: user=";

// A session that the server let in, or turned away when it had said who it wants to be.
struct Admitted {
  const LogLine* line = nullptr;
  bool turned_away =
      false;  // by a FATAL before it could ask for anything: it has no pid on the wire
  bool gone = false;
  bool only_admitted = true;  // no line since
  bool acted = false;         // the log shows that it did something
  std::int64_t seen_us = 0;   // when the log showed it last: at its end, if that is known
};

// Somebody's way in that the record knows: a connection of the proxy, or a session of ride's own.
struct Opening {
  Seq seq = 0;
  Number pid;
  std::string server, user, database;
  Text application;
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

// As its start-up packet said, by the line in which the server let it in.
std::string application_of(const LogLine& line) {
  constexpr std::string_view application = " application_name=";
  const auto begin = line.message.find(authorized);
  if (begin == std::string::npos) return {};
  auto rest = std::string_view(line.message).substr(begin + authorized.size());
  // A role's name may hold anything, this key included.
  for (const auto& known : {line.user, " database=" + line.database})
    if (rest.starts_with(known)) rest.remove_prefix(known.size());
  return rest.starts_with(application) ? std::string(rest.substr(application.size())) : "";
}

// Nothing where the server logs it in other letters, or the record has it redacted.
Text comparable(const std::string& application) {
  const bool plain = std::all_of(application.begin(), application.end(),
                                 [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain || application.find("<redacted>") != std::string::npos) return {};
  return application;
}

void follow(Admitted& session, const LogLine& line) {
  const bool lost_client = line.sqlstate.starts_with("08");
  const bool disconnected = line.context.empty() && line.message.starts_with("disconnection: ");
  session.seen_us = line.at_us;
  session.only_admitted = session.only_admitted && starts_up(line);
  if (line.severity == "FATAL" && line.activity == "startup")
    session.turned_away = session.gone = true;
  else if (disconnected)
    session.gone = true;
  else if (!starts_up(line) && !lost_client)
    session.acted = true;
}

std::vector<Admitted> admitted_sessions(const std::vector<LogLine>& log) {
  std::vector<Admitted> out;
  std::map<std::tuple<std::string_view, std::int64_t, std::int64_t>, std::size_t> latest;
  for (const auto& line : log) {
    const std::tuple key(std::string_view(line.server), line.pid, line.backend_started_s);
    const auto known = latest.find(key);
    if (admits(line) && (known == latest.end() || out[known->second].gone)) {
      latest[key] = out.size();
      out.push_back({.line = &line});
    } else if (known != latest.end()) {
      follow(out[known->second], line);
    } else if (line.severity == "FATAL" && !line.user.empty()) {
      out.push_back({.line = &line, .turned_away = true, .gone = true, .seen_us = line.at_us});
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
    out.push_back({.seq = connection.started_seq,
                   .pid = connection.pid ? connection.pid : connection.unready_pid,
                   .server = connection.server,
                   .user = cut(connection.user.value_or("")),
                   .database = cut(connection.database.value_or("")),
                   .application = comparable(connection.application_at(0).value_or("")),
                   .over_us = connection.closed_us.value_or(never),
                   .refused = connection.refusal.has_value()});
  }
  for (const auto& own : timeline.own)
    out.push_back({.seq = own.opening_seq,
                   .pid = own.pid,
                   .server = own.server,
                   .user = cut(own.user),
                   .database = cut(own.database),
                   .application = comparable(own.application),
                   .over_us = own.failed_us.value_or(never)});
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
      : timeline_(timeline),
        sessions_(admitted_sessions(timeline.log)),
        openings_(openings_of(timeline)),
        loss_(first_loss(timeline)),
        record_(record) {
    for (auto& one : openings_) (one.pid ? by_pid_[*one.pid] : without_pid_).push_back(&one);
  }

  std::vector<Bypass> judge();

 private:
  bool of_a_server(const Admitted& session) const;
  bool made_by_us(const Admitted& session);
  bool excused(const Admitted& session);

  const Timeline& timeline_;
  std::vector<Admitted> sessions_;
  std::vector<Opening> openings_;
  std::map<std::int64_t, std::vector<Opening*>> by_pid_;  // by seq, as the next
  std::vector<Opening*> without_pid_;
  Seq loss_;
  Record record_;
};

// A standby that streams again. Nobody but it has that role's password.
bool Judge::of_a_server(const Admitted& session) const {
  const auto& line = *session.line;
  return line.server.empty() &&
         std::any_of(timeline_.servers.begin(), timeline_.servers.end(),
                     [&](const OtherServer& one) { return one.user == line.user; });
}

// The way in was recorded before the server knew of it. Of several with this pid it is the latest:
// the others are of backends that had the pid before.
bool Judge::made_by_us(const Admitted& session) {
  const auto known = by_pid_.find(session.line->pid);
  if (known == by_pid_.end()) return false;
  const auto one = std::find_if(known->second.rbegin(), known->second.rend(), [&](auto* opening) {
    return !opening->used && opening->seq < session.line->seq &&
           opening->server == session.line->server;
  });
  if (one == known->second.rend()) return false;
  return (*one)->used = true;
}

// Takes the excuse that ends first, so that as many as possible are excused. Who was turned away
// takes one too, a refusal first: else those of a storm of refused connections would be left over.
bool Judge::excused(const Admitted& session) {
  if (session.acted) return false;
  const auto worth = [&](const Opening& one) {
    return std::pair(session.turned_away && !one.refused, one.deadline_us());
  };
  const bool replication = session.line->message.starts_with(replication_authorized);
  const auto application = application_of(*session.line);
  Opening* best = nullptr;
  for (auto* one : without_pid_) {
    if (one->seq > session.line->seq) break;
    if (one->used || one->server != session.line->server || one->user != session.line->user)
      continue;
    if (!replication && one->database != session.line->database) continue;
    if (admits(*session.line) && one->application.value_or(application) != application) continue;
    if (one->deadline_us() < session.seen_us) continue;
    // The server may not have logged yet that it refused; it logs no end of such a session.
    if (one->refused && session.gone && !session.turned_away) continue;
    if (best == nullptr || worth(*one) < worth(*best)) best = one;
  }
  if (best == nullptr) return false;
  best->used = !best->pending() || record_ == Record::ended;
  return true;
}

Bypass bypass_of(const Admitted& session) {
  const auto& line = *session.line;
  return {.seq = line.seq,
          .read_us = line.at_us,
          .logged_us = line.logged_us,
          .pid = line.pid,
          .user = line.user,
          .database = line.database,
          .application = application_of(line),
          .only_admitted = session.only_admitted};
}

std::vector<Bypass> Judge::judge() {
  std::vector<const Admitted*> left;
  for (const auto& session : sessions_)
    if (!made_by_us(session) && !of_a_server(session)) left.push_back(&session);
  std::vector<Bypass> out;
  for (const auto* session : left) {
    if (excused(*session) || session->turned_away || session->line->seq > loss_) continue;
    out.push_back(bypass_of(*session));
  }
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
