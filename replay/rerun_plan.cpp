#include "replay/rerun_plan.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "journal/facts/facts.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "replay/rerun_pids.hpp"
#include "sql/worker.hpp"

namespace ride::replay {
namespace {

namespace facts = journal::facts;
using journal::ConnectionId;
using journal::Event;
using journal::Field;
using journal::Fields;
using journal::Kind;
using journal::Seq;
using What = Step::What;

std::string copied(const Fields& fields, Field field) {
  return std::string(fields.get_bytes(field));
}

std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view blob) {
  std::vector<std::string> words;
  while (!blob.empty()) {
    const auto end = blob.find('\0');
    words.emplace_back(blob.substr(0, end));
    blob = end == std::string_view::npos ? std::string_view() : blob.substr(end + 1);
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2)
    if (!words[i].empty()) out.emplace_back(words[i], words[i + 1]);
  return out;
}

// Big-endian u16 each; empty where all is text.
std::string formats_of(const std::vector<facts::ResultColumn>& columns) {
  std::string out;
  for (const auto& column : columns) out.append({'\0', column.binary ? '\1' : '\0'});
  return out.find('\1') == std::string::npos ? std::string() : out;
}

Outcome outcome_of(const Fields& fields) {
  Outcome out;
  out.how = copied(fields, Field::how);
  out.tag = copied(fields, Field::tag);
  out.rows = fields.get_int(Field::rows);
  const auto error = fields.get_bytes(Field::error);
  if (!error.empty()) out.sqlstate = facts::error_field(error, 'C').value_or("");
  out.columns = facts::read_columns(fields.get_bytes(Field::columns));
  return out;
}

class Planner {
 public:
  Planner(const facts::Facts& known, sql::Analyser& analyser) : analyser_(analyser) {
    for (const auto& row : known.statements) {
      rows_[static_cast<Seq>(row.request)].push_back(&row);
      out_.statements = std::max(out_.statements, row.n);
    }
    for (const auto& wait : known.waits)
      if (wait.statement && wait.waiter_pid)
        waits_[{wait.seen, *wait.waiter_pid}] = *wait.statement;
  }

  void hear(const Event& event) {
    if (event.kind == Kind::submit_began || event.kind == Kind::attempt_ended) over_ = true;
    if (over_) return;
    const Fields fields(event.body);
    look_for_gaps(event, fields);
    if (event.kind >= Kind::query && event.kind <= Kind::function_call) request(event, fields);
    if (event.kind == Kind::ended) ended(event, fields);
    if (event.kind == Kind::ready) ready(event, fields);
    if (event.kind == Kind::actor) actor(fields);
    if (event.kind == Kind::log_line) log_line(event, fields);
    if (event.connection > 0) connection(event, fields);
    ask_ride(event, fields);
  }

  RerunPlan finish() {
    for (const auto& [connection, session] : sessions_)
      if (session.last != 0 && session.last != session.synced) sync_behind(session.last);
    return std::move(out_);
  }

 private:
  // What of a connection has to be known for its next message.
  struct Session {
    PidSession pids;
    std::map<Seq, std::string> described;  // name by Describe
    std::map<std::string, Seq> bound;      // portal: its Bind
    Seq last = 0;                          // request
    Seq synced = 0;                        // the last one with a Sync behind it
  };

  static Step step_of(What what, const Event& event) {
    Step step;
    step.what = what;
    step.connection = event.connection;
    step.at_us = event.at_us;
    return step;
  }

  void add(What what, const Event& event) { out_.steps.push_back(step_of(what, event)); }

  void refuse(Seq seq, std::string why) { out_.refusals.push_back({seq, std::move(why)}); }

  std::string called(const Request& request) const {
    if (request.n_first > 0) return "#" + std::to_string(request.n_first);
    return "a " + std::string(journal::kind_name(request.kind)) + " of connection " +
           std::to_string(request.connection) + " behind #" + std::to_string(last_n_);
  }

  void look_for_gaps(const Event& event, const Fields& fields) {
    if (event.kind == Kind::gap)
      refuse(event.seq, "the record has a gap: " + copied(fields, Field::message));
    if (event.kind == Kind::hole)
      refuse(event.seq, "the record has a hole where its recorder died");
    if (event.kind == Kind::bypass)
      refuse(event.seq, "a session of " + copied(fields, Field::user) +
                            " went around the proxy, and what it did was not recorded");
  }

  void ask_ride(const Event& event, const Fields& fields) {
    if (event.kind == Kind::hint) add(What::hint, event);
    if (event.kind == Kind::log_shown) add(What::log, event);
    if (event.kind != Kind::probe) return;
    const auto name = copied(fields, Field::name);
    if (probe_.empty()) probe_ = name;
    if (name == probe_) add(What::status, event);
  }

  void actor(const Fields& fields) {
    if (fields.get_bytes(Field::state) != "connected") return;
    pids_.actor_connected(copied(fields, Field::actor),
                          static_cast<std::int64_t>(fields.get_int(Field::pid)));
  }

  void log_line(const Event& event, const Fields& fields) {
    const auto found =
        waits_.find({event.at_us, static_cast<std::int64_t>(fields.get_int(Field::pid))});
    if (found == waits_.end()) return;
    for (const auto& [seq, request] : out_.requests) {
      if (found->second < request.n_first || found->second > request.n_last) continue;
      Step step = step_of(What::waiting, event);
      step.connection = request.connection;
      step.request = seq;
      step.n = found->second;
      out_.steps.push_back(step);
    }
    waits_.erase(found);  // a wait for several holders is several rows of one line
  }

  void connection(const Event& event, const Fields& fields) {
    auto& told = out_.connections[event.connection];
    if (fields.has(Field::carried))
      refuse(event.seq, "connection " + std::to_string(event.connection) +
                            " goes on from the file before this one: begin with that");
    if (event.kind == Kind::connection_opened) told.server = copied(fields, Field::server);
    if (event.kind == Kind::connection_started) {
      told.parameters = pairs_of(fields.get_bytes(Field::parameters));
      told.user = copied(fields, Field::user);
      told.database = copied(fields, Field::database);
      for (const auto& [name, value] : told.parameters)
        if (name == "replication" && value != "false" && value != "0" && value != "off")
          refuse(event.seq,
                 "connection " + std::to_string(event.connection) + " is one for replication");
    }
    if (event.kind == Kind::connection_ready) {
      told.pid = static_cast<std::int64_t>(fields.get_int(Field::pid));
      pids_.learner_connected(event.connection, told.pid);
      add(What::open, event);
    }
    if (event.kind == Kind::connection_refused) add(What::refuse, event);
    if (event.kind == Kind::connection_closed && told.pid != 0) closed(event, fields);
    if (event.kind == Kind::cancel_requested && fields.get_int(Field::request) > 0) {
      Step step = step_of(What::cancel, event);
      step.connection = static_cast<ConnectionId>(fields.get_int(Field::connection));
      out_.steps.push_back(step);
    }
  }

  void closed(const Event& event, const Fields& fields) {
    const auto how = fields.get_bytes(Field::how);
    const bool goes = how == "terminated" || how == "carried";
    const bool dies = how == "client_gone" || how == "cut";
    add(goes ? What::leave : dies ? What::vanish : What::lost, event);
    auto& session = sessions_[event.connection];
    if (session.last != session.synced) sync_behind(session.last);
    sessions_.erase(event.connection);
  }

  // Where the record ends without an answer, a Sync stood there all the same, or would have soon.
  void sync_behind(Seq seq) {
    auto& request = out_.requests[seq];
    if (request.kind != Kind::query && request.kind != Kind::function_call) request.sync = true;
  }

  void request(const Event& event, const Fields& fields) {
    Request request;
    request.seq = event.seq;
    request.kind = event.kind;
    request.connection = event.connection;
    request.at_us = event.at_us;
    if (const auto rows = rows_.find(event.seq); rows != rows_.end()) {
      request.n_first = request.n_last = rows->second.front()->n;
      for (const auto* row : rows->second) {
        request.n_first = std::min(request.n_first, row->n);
        request.n_last = std::max(request.n_last, row->n);
      }
    }
    request.name = copied(fields, Field::name);
    request.portal = copied(fields, Field::portal);
    request.text = copied(fields, Field::text);
    request.parameters = copied(fields, Field::parameters);
    request.parameter_types = copied(fields, Field::parameter_types);
    request.describes_portal = fields.get_bytes(Field::how) == "portal";
    request.number = static_cast<std::uint32_t>(
        fields.get_int(event.kind == Kind::execute ? Field::max_rows : Field::number));
    if (const auto cut = fields.find_bytes(Field::redacted))
      refuse(event.seq, called(request) + " cannot be sent again: a secret was cut out of it (" +
                            std::string(*cut) + ")");
    else if (fields.get_int(Field::omitted_bytes) > 0)
      refuse(event.seq, called(request) + " cannot be sent again: " +
                            std::to_string(fields.get_int(Field::omitted_bytes)) +
                            " bytes of it were not kept");
    auto& session = sessions_[event.connection];
    for (const auto pid : pids_.find(request, session.pids))
      out_.notes.push_back(called(request) + " names the pid " + std::to_string(pid) +
                           ", which was no session that the record knows: it is sent as it is");
    if (request.kind == Kind::bind) session.bound[request.portal] = request.seq;
    if (request.kind == Kind::describe && !request.describes_portal)
      session.described[request.seq] = request.name;
    session.last = event.seq;
    if (request.kind == Kind::query || request.kind == Kind::function_call)
      session.synced = event.seq;
    last_n_ = std::max(last_n_, request.n_last);
    Step step = step_of(What::send, event);
    step.request = event.seq;
    step.n = request.n_first;
    out_.steps.push_back(step);
    out_.requests.emplace(event.seq, std::move(request));
  }

  void ended(const Event& event, const Fields& fields) {
    const auto seq = static_cast<Seq>(fields.get_int(Field::request));
    const auto found = out_.requests.find(seq);
    if (found == out_.requests.end()) return;
    auto& request = found->second;
    auto& session = sessions_[event.connection];
    if (const auto types = fields.find_bytes(Field::parameter_types))
      session.pids.parsed[session.described[seq]].second = *types;
    Step step = step_of(What::ended, event);
    step.outcome = outcome_of(fields);
    if (step.outcome->how == "described" || step.outcome->how == "cut") return;
    step.request = seq;
    step.ordinal = static_cast<std::uint32_t>(fields.get_int(Field::ordinal));
    if (const auto* row = row_of(seq, step.ordinal)) step.n = row->n;
    if (request.kind == Kind::execute) {
      if (const auto bind = out_.requests.find(session.bound[request.portal]);
          bind != out_.requests.end() && bind->second.result_formats.empty())
        bind->second.result_formats = formats_of(step.outcome->columns);
    }
    if (fields.has(Field::copy_format)) copy(step, fields, request);
    out_.steps.push_back(std::move(step));
  }

  void copy(const Step& step, const Fields& fields, Request& request) {
    const auto* row = row_of(step.request, step.ordinal);
    if (row == nullptr || !row->text) return;
    const auto& what = analyser_.analyse(*row->text).copy;
    if (!what || !what->from || !what->client) return;
    const std::string who = "#" + std::to_string(row->n);
    if (fields.get_int(Field::omitted_bytes) > 0)
      refuse(step.request, who + " cannot be sent again: " +
                               std::to_string(fields.get_int(Field::omitted_bytes)) +
                               " bytes of its COPY data were not kept");
    else if (fields.has(Field::redacted))
      refuse(step.request, who + " cannot be sent again: a secret was cut out of its COPY data");
    request.copies.push_back(
        {step.ordinal, copied(fields, Field::copy_data), step.outcome->sqlstate == "57014"});
  }

  const facts::StatementRow* row_of(Seq request, std::uint32_t ordinal) const {
    const auto rows = rows_.find(request);
    if (rows == rows_.end()) return nullptr;
    for (const auto* row : rows->second)
      if (row->ordinal == static_cast<std::int64_t>(ordinal)) return row;
    return nullptr;
  }

  void ready(const Event& event, const Fields& fields) {
    const auto seq = static_cast<Seq>(fields.get_int(Field::request));
    const auto found = out_.requests.find(seq);
    if (found == out_.requests.end()) return;
    auto& session = sessions_[event.connection];
    if (session.synced < seq) {
      session.synced = seq;
      found->second.sync = true;
    }
    Step step = step_of(What::ready, event);
    step.request = seq;
    step.n = found->second.n_last;
    step.outcome = Outcome{copied(fields, Field::status), "", 0, "", {}};
    out_.steps.push_back(std::move(step));
  }

  sql::Analyser& analyser_;
  RerunPlan out_;
  std::map<Seq, std::vector<const facts::StatementRow*>> rows_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> waits_;  // time, pid: n
  PidFinder pids_;
  std::map<ConnectionId, Session> sessions_;
  std::string probe_;  // the first of each look at the symptoms
  std::int64_t last_n_ = 0;
  bool over_ = false;
};

}  // namespace

RerunPlan plan_rerun(journal::Reader& reader, std::uint32_t attempt,
                     std::optional<std::int64_t> until) {
  sql::Analyser analyser;
  const auto known = facts::derive(reader, attempt, analyser);
  Planner planner(known, analyser);
  auto cursor = reader.events({.attempt = attempt, .kinds = {}, .after = 0});
  for (Event event; cursor.next(event);) planner.hear(event);
  auto plan = planner.finish();
  if (until) cut_behind(plan, *until);
  return plan;
}

}  // namespace ride::replay
