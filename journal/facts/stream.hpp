// The statements of a record one by one, for a record of any length: as derive() numbers and
// decides them, but without holding the events. A statement is handed on once its outcome is
// certain and every request before it was answered, so memory grows with what is open
// (transactions, statements under way), not with the record. The order is that in which they became
// certain; it depends on the events alone.
//
// Unlike derive() it does not stop at submit: what is certain only later is told as it became, and
// what came later has numbers behind.
//
// One thread, the Analyser's owner.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal/facts/acting_role.hpp"
#include "journal/facts/statements.hpp"
#include "journal/facts/timeline.hpp"
#include "journal/facts/transactions.hpp"

namespace ride::journal::facts {

struct StreamedStatement {
  Stmt stmt;                 // without its answers, which are in the record:
  std::vector<Seq> answers;  // their events, `ended`
};

class StatementStream {
 public:
  using Sink = std::function<void(const StreamedStatement&)>;

  StatementStream(sql::Analyser& analyser, Sink sink);
  ~StatementStream();
  StatementStream(const StatementStream&) = delete;
  StatementStream& operator=(const StatementStream&) = delete;

  // Events of one attempt, by ascending seq.
  void add(const Event& event);
  // No more events come: hands on all that is open, as far as it is known.
  void finish();
  // Statements and requests that wait for something that has not come.
  std::size_t waiting() const { return open_.size() + waiting_.size(); }

 private:
  using Key = std::pair<Seq, std::int64_t>;  // request, ordinal
  struct Session;
  struct Waiting {
    std::int64_t n = 0;
    bool decided = false;
    StreamedStatement statement;
  };

  Session& session_of(const Event& event);
  void advance(Session& session);
  void add_gap(const Event& event);
  void close(Session& session);
  void settle(Session& session);
  void take(Session& session, const std::set<Key>& held);
  std::set<Key> hold_prepared(const TwoPhaseSteps& steps);
  void resolve(TwoPhase::Id id, bool committed);
  void decided(const Key& key);
  void number();

  sql::Analyser& analyser_;
  Sink sink_;
  std::map<std::int64_t, std::unique_ptr<Session>> sessions_;
  std::set<Seq> open_;              // requests that were not answered to the end of their batch
  std::set<Key> unnumbered_;        // statements behind such a one
  std::map<Key, Waiting> waiting_;  // statements that were not handed on
  TwoPhase two_phase_;
  std::map<TwoPhase::Id, std::vector<Key>> prepared_;  // and not resolved so far
  TwoPhase::Id prepared_ever_ = 0;
  std::int64_t last_n_ = 0;
  bool interrupted_ = false;
};

}  // namespace ride::journal::facts
