// What carrying out an attempt again consists of: which sessions to open, which messages to send
// over them, and for what to wait before each. The steps are in the order of the record, and each
// is taken when those before it are done: a request is sent once every statement that had ended
// before its recorded start has ended again, and every one that the record shows waiting for a lock
// by then is waiting again. A pure reading of the file; nothing is sent here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/event.hpp"
#include "journal/facts/wire.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::replay {

// Whose pid a text or parameter has: the k-th session of an actor, or one of the learner's own.
struct PidOwner {
  std::string actor;
  std::size_t session = 0;               // from 1
  journal::ConnectionId connection = 0;  // above 0: this one, and no actor
};

struct PidUse {
  std::size_t offset = 0, length = 0;  // of digits in the text
  std::uint32_t parameter = 0;         // above 0: in the value of $n instead
  std::int64_t pid = 0;                // as recorded
  PidOwner owner;
};

// The data of one COPY … FROM STDIN inside a request.
struct CopyIn {
  std::uint32_t ordinal = 0;
  std::string data;
  bool given_up = false;  // the client ended it with CopyFail
};

struct Request {
  journal::Seq seq = 0;
  journal::Kind kind = journal::Kind::query;
  journal::ConnectionId connection = 0;
  std::int64_t at_us = 0;
  std::int64_t n_first = 0, n_last = 0;  // its statements; 0: it has none
  std::string name, portal, text;
  std::string parameters, parameter_types;
  std::string result_formats;     // of a bind, big-endian u16 each, as far as its results tell
  std::uint32_t number = 0;       // of an execute: its limit; of a function_call: the oid
  bool describes_portal = false;  // of describe and close
  bool sync = false;              // Sync stood behind it
  std::vector<PidUse> pids;       // to be replaced; of a bind in its parameters
  std::vector<CopyIn> copies;
};

// How a statement ended, as far as it can be compared between two servers.
struct Outcome {
  std::string how;  // complete | empty | suspended | error | cut
  std::string tag;
  std::uint64_t rows = 0;
  std::string sqlstate;
  std::vector<journal::facts::ResultColumn> columns;  // empty where not known
};

struct RerunConnection {
  std::vector<std::pair<std::string, std::string>> parameters;  // of its start-up packet
  std::string user, database;
  std::string server;  // of the scenario; "": the main one
  std::int64_t pid = 0;
};

struct Step {
  enum class What : std::uint8_t {
    open,     // log in, and get there
    refuse,   // log in, and be turned away
    send,     // `request`
    ended,    // wait for the answer `ordinal` to `request`
    ready,    // wait until all up to `request` is answered
    waiting,  // wait until `request` is reported as waiting for a lock
    lost,     // wait until the server has ended the session
    leave,    // say goodbye
    vanish,   // close without a word, as a client that died
    cancel,   // ask to cancel what the connection has under way
    hint,     // what the learner asked of ride itself
    log,
    status
  };
  What what = What::open;
  journal::ConnectionId connection = 0;
  journal::Seq request = 0;
  std::uint32_t ordinal = 0;
  std::int64_t n = 0;  // the statement that it is about; 0: none
  std::int64_t at_us = 0;
  std::optional<Outcome> outcome = std::nullopt;  // of ended
};

struct RerunPlan {
  std::vector<Step> steps;
  std::map<journal::Seq, Request> requests;
  std::map<journal::ConnectionId, RerunConnection> connections;
  std::int64_t statements = 0;     // the last number
  std::vector<std::string> notes;  // what will be different, one line each
  // Why it cannot be carried out as it was recorded: then nothing must be sent.
  struct Refusal {
    journal::Seq seq = 0;
    std::string why;  // one line
  };
  std::vector<Refusal> refusals;
};

// Up to and with statement `until`, or to the end of the attempt. Throws std::runtime_error, one
// line, for a file that cannot be read, or that has no such statement.
RerunPlan plan_rerun(journal::Reader& reader, std::uint32_t attempt,
                     std::optional<std::int64_t> until = std::nullopt);

// Takes away what lies behind the statement. Throws as plan_rerun() does.
void cut_behind(RerunPlan& plan, std::int64_t until);

// The statements behind which no session of the plan has a transaction open or anything under way:
// there another server can go on. Ascending. Of a plan to the end.
std::vector<std::int64_t> points_of_rest(const RerunPlan& plan);

}  // namespace ride::replay
