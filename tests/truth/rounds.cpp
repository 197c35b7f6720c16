#include "tests/truth/rounds.hpp"

#include <signal.h>

#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/eventually.hpp"
#include "tests/truth/script.hpp"

namespace ride::test {
namespace {

// The backends that may be terminated.
class Victims {
 public:
  void add(int pid) {
    const std::lock_guard lock(mutex_);
    pids_.push_back(pid);
  }
  void remove(int pid) {
    const std::lock_guard lock(mutex_);
    std::erase(pids_, pid);
  }
  int any(Random& random) {
    const std::lock_guard lock(mutex_);
    return pids_.empty() ? 0 : pids_[random() % pids_.size()];
  }

 private:
  std::mutex mutex_;
  std::vector<int> pids_;
};

// One client: sends its steps, and comes back with a new session where one has ended.
void client(Trial& trial, Victims& victims, Script script, int steps) {
  while (steps > 0) {
    Talk talk(trial.recording());
    victims.add(talk.pid());
    while (steps-- > 0 && !talk.over()) {
      const auto step = script.next();
      talk.send_bytes(step.bytes, 0);
      if (step.then_vanish) break;
      talk.send(protocol::Query{""});  // how many ReadyForQuery come before, errors decide
      talk.until('I', 1);
      talk.until('Z', 1);
    }
    victims.remove(talk.pid());
    if (talk.over()) continue;
    if (steps > 0 || script.one_in(4)) {
      talk.vanish();
    } else {
      talk.send(protocol::Query{"ROLLBACK"}, protocol::Terminate{});
      talk.until('X', 1);  // to the end
    }
  }
}

void terminate_some(const Trial& trial, Victims& victims, Random& random,
                    const std::atomic<bool>& done) {
  while (!done) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + random() % 40));
    const auto pid = std::to_string(victims.any(random));
    if (pid == "0") continue;
    const auto* how = random() % 3 == 0 ? "pg_terminate_backend" : "pg_cancel_backend";
    trial.server().value("SELECT " + std::string(how) + "(" + pid + ")");
  }
}

bool answers_again(const Postgres& server) {
  try {
    return server.value("SELECT 1") == "1";
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Names of prepared transactions about which nobody can know: still there, or asked for by somebody
// who never heard.
std::set<std::string> open_names(const Trial& trial) {
  std::set<std::string> names;
  std::istringstream left(
      trial.server().value("SELECT string_agg(gid, ' ') FROM pg_prepared_xacts"));
  for (std::string name; left >> name;) names.insert(name);
  for (const auto& row : trial.facts().statements)
    if (row.outcome == "unknown" && !row.ended) names.insert(name_in(row.text.value_or("")));
  return names;
}

// `unknown` is no answer where the record could know better.
std::string too_unknown(const Trial& trial) {
  const auto open = open_names(trial);
  std::set<std::pair<std::int64_t, std::int64_t>> excused;  // connection, txid
  std::map<std::int64_t, std::int64_t> last;
  std::set<std::int64_t> polite;
  for (const auto& row : trial.facts().connections)
    if (row.how == "terminated") polite.insert(row.connection);
  for (const auto& row : trial.facts().statements) {
    last[row.connection] = std::max(last[row.connection], row.txid);
    if (row.tag == "PREPARE TRANSACTION" && open.contains(name_in(row.text.value_or(""))))
      excused.insert({row.connection, row.txid});
  }
  for (const auto& [connection, txid] : last)
    if (!polite.contains(connection)) excused.insert({connection, txid});
  std::ostringstream out;
  for (const auto& row : trial.facts().statements)
    if (row.outcome == "unknown" && !excused.contains({row.connection, row.txid}))
      out << "statement " << row.n << " of connection " << row.connection
          << " is unknown for no reason: " << row.text.value_or("?") << "; ";
  return out.str();
}

// Everything that was told, for whoever has to find out what went wrong.
std::string account(const Trial& trial) {
  std::ostringstream out;
  for (const auto& row : trial.facts().statements)
    out << "connection " << row.connection << " batch " << row.batch << " n " << row.n << ": "
        << row.outcome << " [" << row.tag.value_or("-") << " " << row.sqlstate.value_or("-") << " "
        << row.transaction_before.value_or("") << row.transaction_after.value_or("") << "] "
        << row.path << " " << row.text.value_or("?") << "\n";
  return out.str();
}

}  // namespace

Round run_round(const Postgres& server, const RoundOptions& options) {
  Trial trial(server);
  Victims victims;
  Random random(options.seed);
  std::atomic<bool> done = false;
  std::vector<std::thread> clients;
  for (int i = 0; i < options.sessions; ++i)
    clients.emplace_back([&, script = Script(random(), 1 + i * 10'000)] {
      client(trial, victims, script, options.steps);
    });
  std::thread other([&] {
    if (!options.crash) return terminate_some(trial, victims, random, done);
    if (eventually([&] { return done || victims.any(random) != 0; }) && !done)
      kill(victims.any(random), SIGKILL);
  });
  for (auto& one : clients) one.join();
  done = true;
  other.join();
  if (options.crash && !eventually([&] { return answers_again(server); }))
    throw std::runtime_error("the server does not come back");
  trial.end();
  Round round;
  for (const auto& row : trial.facts().statements)
    if (mark_of(row) != 0) ++round.outcomes[row.outcome];
  round.untruth = trial.untruth() + too_unknown(trial);
  if (!trial.facts().gaps.empty()) round.untruth += "the record has a gap; ";
  if (!round.untruth.empty()) round.account = account(trial);
  forget_prepared(server);
  return round;
}

}  // namespace ride::test
