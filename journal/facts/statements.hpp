// From requests and answers to numbered statements: cuts query strings, follows prepared
// statements, portals and cursors as the server does, in its order, and says of each statement what
// became of it (DESIGN of outcomes: transactions.hpp). Everything later in this folder works on
// these.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/timeline.hpp"
#include "journal/facts/wire.hpp"
#include "sql/worker.hpp"

namespace ride::journal::facts {

enum class Fate {
  completed,   // the server said so
  failed,      // an error ended it
  skipped,     // never run: behind an error
  unanswered,  // nothing more was heard of it
  suspended    // a portal that was not read to its end
};

struct Stmt {
  StatementRow row;
  const Connection* connection = nullptr;
  std::vector<const Answer*> answers;
  Fate fate = Fate::unanswered;
  Seq ended_seq = 0;   // 0: nothing more was heard of it
  std::string source;  // what the server calls the statement: whole query string, or prepared text
  std::string
      effect;  // what runs: `text`, but the prepared body for EXECUTE, without EXPLAIN's plan
  Values parameters;           // of `effect`
  bool commit_failed = false;  // it completed, and then the commit of its pipeline failed
  std::int64_t undone_by = 0;  // n of the ROLLBACK TO that undid it
  std::shared_ptr<const sql::Analysis> own;   // of row.text
  std::shared_ptr<const sql::Analysis> runs;  // of `effect`; the same object where they are one

  Seq request() const { return static_cast<Seq>(row.request); }
  bool ran() const { return fate != Fate::skipped; }
};

// What one ReadyForQuery closed, or the end of the record left open.
struct Batch {
  std::vector<Stmt*> statements;  // in the server's order
  const Ready* ready = nullptr;
  // Where an error undid what it could: behind so many of the statements. It need not be the last
  // one's: a portal that fails has its place where it began.
  std::optional<std::size_t> failed_behind;
  bool fatal = false;  // that error ended the session
  bool cut = false;    // of some of its requests nobody knows what became
};

struct Replay {
  std::deque<Stmt> owned;                              // addresses are stable
  std::map<std::int64_t, std::vector<Batch>> batches;  // by connection
};

Replay replay(const Timeline& timeline, sql::Analyser& analyser);

class ConnectionReplay;

// The same for one connection, piece by piece, while requests and readies are added to it. Borrows
// all of its parts; new statements and batches are put behind those that are there.
class Follower {
 public:
  Follower(const Connection& connection, sql::Analyser& analyser, std::deque<Stmt>& owned,
           std::vector<Batch>& batches);
  ~Follower();
  Follower(Follower&& other) noexcept;

  void closed_batches();  // what a ReadyForQuery has closed since the last call
  void open_batch();      // what none will close any more
  // A portal that may be read on refers to a Stmt: do not forget() now.
  bool reads_on() const;
  std::size_t replayed() const;  // so many requests of the connection
  // The caller took away the requests that were replayed, all readies and all statements. Names
  // stay.
  void forget();

 private:
  std::unique_ptr<ConnectionReplay> replay_;
};

// Gives every statement its n and returns them in that order. The pointers live as `replay` does.
std::vector<Stmt*> number(Replay& replay);

}  // namespace ride::journal::facts
