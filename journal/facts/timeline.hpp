// The events of one attempt, decoded and put in their places: requests with their answers under
// their connection, actors' sessions from connect to end, log lines as values. No judgement is made
// here beyond where the attempt ends (see derive()).
//
// Everything borrows from nothing: bodies are copied. Pointers between members (Ready, Request) are
// indexes or seqs, so a Timeline may be moved.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/event.hpp"
#include "journal/facts/facts.hpp"

namespace ride::journal::facts {

// One `ended` event.
struct Answer {
  Seq seq = 0;
  std::int64_t at_us = 0;
  std::int64_t ordinal = 0;
  Seq request = 0;
  std::int64_t asked_us = 0;  // when that request arrived
  std::string how;
  Text tag;
  Number rows, omitted_rows, first_byte_us;
  Text columns, data, error, notices, copy_data;
  std::string parameter_types;  // of a Describe: what the server made of them
  bool binary_copy = false;

  bool failed() const { return error.has_value(); }
  bool fatal() const;  // and the session with it
  bool suspended() const { return how == "suspended"; }
  // Ends its statement; false where the connection was cut before an answer.
  bool ends() const { return how != "cut"; }
};

struct Request {
  Seq seq = 0;
  Kind kind = Kind::query;
  std::int64_t at_us = 0;
  std::string text, name, portal, how;
  std::string parameters, parameter_types;
  std::vector<Answer> answers;
  bool prepared_by_sql = false;  // a restated query string: what it prepared can be executed

  bool failed() const;  // itself, not the Sync behind it
  // The error of the Sync that ends its batch, which stands with the batch's last request.
  const Answer* sync_failure() const;
  bool cut() const;  // so the record says: sent, and nothing was heard of it
};

struct Ready {
  Seq seq = 0;
  std::int64_t at_us = 0;
  Seq request = 0;
  char status = 'I';
};

struct ApplicationName {
  Seq seq = 0;
  std::string name;
};

struct Conforming {  // standard_conforming_strings, from here on
  Seq seq = 0;
  bool on = true;
};

struct Connection {
  std::int64_t id = 0;
  std::string server;  // as its event names it: "" is the main one; so below
  Number opened_us, ready_us, closed_us, pid;
  Number unready_pid;  // of a connection that ended after the server's key, before it was ready
  Seq started_seq = 0, ready_seq = 0, closed_seq = 0;
  Text user, database, how, refusal;  // refusal: ErrorResponse body
  std::vector<ApplicationName> applications;
  std::vector<Conforming> conforming;
  std::vector<Request> requests;
  std::deque<Ready> readies;  // addresses are stable
  std::vector<Seq> gaps;      // here requests or answers of this connection may be missing

  Text application_at(Seq seq) const;
  // What the session's parser made of a text sent then, for a parser that knows one kind of string.
  std::string as_parsed(Seq seq, const std::string& text) const;
};

struct ActorState {
  Seq seq = 0;
  std::string state;
};

// An actor's session from `connected` to its end; a session that never connected is not one.
struct ActorSession {
  std::string actor, server;
  std::int64_t pid = 0, started_us = 0;
  Seq connected_seq = 0, ended_seq = 0;  // 0: alive at the end
  Number ended_us;
  Text application, user, database, sqlstate;
  std::vector<ActorState> states;
};

// A session that ride itself opened: actors, checks, workload, fault, snapshots, control.
struct OwnSession {
  std::int64_t number = 0;
  Seq opening_seq = 0;
  Number pid;        // where it came about
  Number failed_us;  // where it did not
  std::string user, database, application, server;
};

// A server of the sandbox beside the main one.
struct OtherServer {
  std::string name;
  std::string user;  // whom it logs in to the main one as: nobody else has the password
};

// A line of a server's log.
struct LogLine {
  Seq seq = 0;
  std::int64_t at_us = 0, pid = 0;
  std::int64_t backend_started_s = 0;  // from session_id, 0 where it is missing
  std::int64_t logged_us = 0;          // by the server's clock, to the millisecond; 0: not said
  std::string severity, sqlstate, message, detail, context, statement, database, server;
  std::string user, activity;  // activity: what the backend's process title says it does
};

// As the vocabulary has it.
std::string shown_server(const std::string& recorded);

struct Moment {  // an event that is a row almost as it stands
  Seq seq = 0;
  std::int64_t at_us = 0;
  Kind kind = Kind::gap;
  Text name, text, how, state, message, actor, sqlstate;
  Number number, rows;
};

struct Snapshot {
  std::string moment, database;
  boost::json::value content;
};

struct Timeline {
  std::map<std::int64_t, Connection> connections;
  std::vector<ActorSession> sessions;  // by connected_seq
  std::vector<OwnSession> own;         // by opening_seq
  std::vector<OtherServer> servers;
  std::vector<LogLine> log;  // by seq
  std::vector<Snapshot> snapshots;
  std::vector<Moment> moments;  // check, workload, probe, hint, log_shown, gap, hole, attempt_ended
  bool interrupted = false;     // the supervisor died and its sessions with it
  Seq submit_seq = 0;           // submit_began that counts, 0 where none
};

Timeline make_timeline(const std::vector<Event>& events);

// The same as events come, without the end of what counts at submit, and without what was sent and
// seen: answers have no columns, data, COPY data and notices. The caller takes away from time to
// time what it has done with.
class TimelineBuilder {
 public:
  TimelineBuilder();
  ~TimelineBuilder();
  TimelineBuilder(TimelineBuilder&& other) noexcept;

  void add(const Event& event);
  Timeline& timeline();
  // Drops the first `count` requests of a connection and all of its readies.
  void forget(std::int64_t connection, std::size_t count);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace ride::journal::facts
