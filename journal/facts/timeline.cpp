#include "journal/facts/timeline.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "journal/facts/log_line.hpp"
#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"

namespace ride::journal::facts {
namespace {

Text text_of(const Fields& fields, Field field) {
  const auto found = fields.find_bytes(field);
  return found ? Text(std::string(*found)) : Text();
}

Number number_of(const Fields& fields, Field field) {
  const auto found = fields.find_int(field);
  return found ? Number(static_cast<std::int64_t>(*found)) : Number();
}

// The events that count: see derive().
struct Scope {
  Seq end = ~Seq{0};  // events from here on do not count
  Seq submit_began = 0;
  bool interrupted = false;
};

Scope find_scope(const std::vector<Event>& events) {
  Scope scope;
  Seq fence = 0;
  for (const auto& event : events) {
    if (event.kind == Kind::submit_began) {
      scope.submit_began = event.seq;
      fence = 0;
    } else if (event.kind == Kind::fence && scope.submit_began != 0) {
      fence = event.seq;
    } else if (event.kind == Kind::submit_ended) {
      scope.end = fence != 0 ? fence : event.seq;
      return scope;
    } else if (event.kind == Kind::attempt_ended &&
               Fields(event.body).get_bytes(Field::how) == "interrupted") {
      return {.interrupted = true};  // a submit that was under way is none
    }
  }
  if (fence != 0) scope.end = fence;
  return scope;
}

class Builder {
 public:
  explicit Builder(Scope scope) : scope_(scope) {
    out_.submit_seq = scope.submit_began;
    out_.interrupted = scope.interrupted;
  }

  void add(const Event& event);
  Timeline finish() { return std::move(out_); }
  Timeline& timeline() { return out_; }
  void without_values() { values_ = false; }
  void forget(std::int64_t connection, std::size_t count);

 private:
  void connection(const Event& event, const Fields& fields);
  void request(const Event& event, const Fields& fields);
  void answer(const Event& event, const Fields& fields);
  void ready(const Event& event, const Fields& fields);
  void actor(const Event& event, const Fields& fields);
  void own_session(const Event& event, const Fields& fields);
  void snapshot(const Fields& fields);
  void gap(const Event& event, const Fields& fields);
  void moment(const Event& event, const Fields& fields);

  Scope scope_;
  bool values_ = true;
  Timeline out_;
  std::map<Seq, std::pair<std::int64_t, std::size_t>> requests_;
};

void Builder::add(const Event& event) {
  const Fields fields(event.body);
  if (event.seq >= scope_.end) return;
  switch (event.kind) {
    case Kind::connection_opened:
    case Kind::connection_started:
    case Kind::connection_ready:
    case Kind::connection_refused:
    case Kind::connection_closed:
    case Kind::parameter_changed:
      return connection(event, fields);
    case Kind::query:
    case Kind::parse:
    case Kind::bind:
    case Kind::describe:
    case Kind::execute:
    case Kind::close:
    case Kind::function_call:
      return request(event, fields);
    case Kind::ended:
      return answer(event, fields);
    case Kind::ready:
      return ready(event, fields);
    case Kind::actor:
      return actor(event, fields);
    case Kind::log_line:
      if (auto line = read_log_line(event, fields)) out_.log.push_back(std::move(*line));
      return;
    case Kind::own_session:
      return own_session(event, fields);
    case Kind::server:
      out_.servers.push_back(
          {std::string(fields.get_bytes(Field::name)), std::string(fields.get_bytes(Field::user))});
      return;
    case Kind::snapshot:
      return snapshot(fields);
    case Kind::gap:
      gap(event, fields);
      return moment(event, fields);
    case Kind::attempt_ended:
    case Kind::hole:
    case Kind::probe:
    case Kind::hint:
    case Kind::log_shown:
    case Kind::check:
    case Kind::workload:
      return moment(event, fields);
    case Kind::run_began:
    case Kind::attempt_began:
    case Kind::clock_stepped:
    case Kind::notice:
    case Kind::notification:
    case Kind::cancel_requested:
    case Kind::copying:
    case Kind::bypass:  // worked out again, see bypasses.hpp
    case Kind::fence:
    case Kind::submit_began:
    case Kind::submit_ended:
    case Kind::continues:
    case Kind::continued:
      return;
  }
}

void Builder::connection(const Event& event, const Fields& fields) {
  auto& connection = out_.connections[event.connection];
  connection.id = event.connection;
  if (event.kind == Kind::connection_opened) {
    const auto opened_before = number_of(fields, Field::started_us);  // in another file
    connection.opened_us = opened_before ? opened_before : event.at_us;
    connection.server = fields.get_bytes(Field::server);
  } else if (event.kind == Kind::connection_started) {
    connection.started_seq = event.seq;
    connection.user = text_of(fields, Field::user);
    connection.database = text_of(fields, Field::database);
    if (!connection.database || connection.database->empty()) connection.database = connection.user;
    if (auto name = text_of(fields, Field::application))
      connection.applications.push_back({event.seq, *name});
  } else if (event.kind == Kind::connection_ready) {
    connection.pid = number_of(fields, Field::pid);
    connection.ready_seq = event.seq;
    connection.ready_us = event.at_us;
    constexpr std::string_view off("standard_conforming_strings\0off", 31);
    const bool is_off = fields.get_bytes(Field::parameters).find(off) != Bytes::npos;
    if (is_off) connection.conforming.push_back({event.seq, false});
  } else if (event.kind == Kind::connection_refused) {
    connection.refusal = text_of(fields, Field::error);
  } else if (event.kind == Kind::connection_closed) {
    connection.closed_us = event.at_us;
    connection.closed_seq = event.seq;
    connection.unready_pid = number_of(fields, Field::pid);
    connection.how = text_of(fields, Field::how);
  } else if (fields.get_bytes(Field::name) == "application_name") {
    connection.applications.push_back({event.seq, std::string(fields.get_bytes(Field::text))});
  } else if (fields.get_bytes(Field::name) == "standard_conforming_strings") {
    connection.conforming.push_back({event.seq, fields.get_bytes(Field::text) == "on"});
  }
}

void Builder::request(const Event& event, const Fields& fields) {
  auto& connection = out_.connections[event.connection];
  connection.id = event.connection;
  Request request;
  request.seq = event.seq;
  request.kind = event.kind;
  request.at_us = event.at_us;
  request.text = fields.get_bytes(Field::text);
  request.name = fields.get_bytes(Field::name);
  request.portal = fields.get_bytes(Field::portal);
  request.how = fields.get_bytes(Field::how);
  request.prepared_by_sql = fields.get_int(Field::carried) == 2;
  request.parameters = fields.get_bytes(Field::parameters);
  request.parameter_types = fields.get_bytes(Field::parameter_types);
  if (event.kind == Kind::function_call)
    request.name = std::to_string(fields.get_int(Field::number));
  requests_[event.seq] = {event.connection, connection.requests.size()};
  connection.requests.push_back(std::move(request));
}

void Builder::answer(const Event& event, const Fields& fields) {
  const auto found = requests_.find(fields.get_int(Field::request));
  if (found == requests_.end()) return;
  auto& request = out_.connections[found->second.first].requests[found->second.second];
  Answer answer;
  answer.seq = event.seq;
  answer.request = request.seq;
  answer.asked_us = request.at_us;
  answer.at_us = event.at_us;
  answer.ordinal = static_cast<std::int64_t>(fields.get_int(Field::ordinal));
  answer.how = fields.get_bytes(Field::how);
  answer.tag = text_of(fields, Field::tag);
  answer.rows = number_of(fields, Field::rows);
  answer.omitted_rows = number_of(fields, Field::omitted_rows);
  answer.first_byte_us = number_of(fields, Field::first_byte_us);
  answer.parameter_types = fields.get_bytes(Field::parameter_types);
  answer.error = text_of(fields, Field::error);
  if (values_) {
    answer.columns = text_of(fields, Field::columns);
    answer.data = text_of(fields, Field::data);
    answer.notices = text_of(fields, Field::notices);
    answer.copy_data = text_of(fields, Field::copy_data);
  }
  answer.binary_copy = fields.get_int(Field::copy_format) == 1;
  request.answers.push_back(std::move(answer));
}

void Builder::ready(const Event& event, const Fields& fields) {
  const auto status = fields.get_bytes(Field::status);
  out_.connections[event.connection].readies.push_back(
      {event.seq, event.at_us, fields.get_int(Field::request), status.empty() ? 'I' : status[0]});
}

void Builder::actor(const Event& event, const Fields& fields) {
  const std::string name(fields.get_bytes(Field::actor));
  const std::string state(fields.get_bytes(Field::state));
  if (state == "connected") {
    ActorSession session;
    session.actor = name;
    session.server = fields.get_bytes(Field::server);
    session.pid = static_cast<std::int64_t>(fields.get_int(Field::pid));
    session.started_us = static_cast<std::int64_t>(fields.get_int(Field::started_us));
    session.connected_seq = event.seq;
    session.application = text_of(fields, Field::application);
    session.user = text_of(fields, Field::user);
    session.database = text_of(fields, Field::database);
    out_.sessions.push_back(std::move(session));
    return;
  }
  const auto pid = number_of(fields, Field::pid);
  auto session = std::find_if(out_.sessions.rbegin(), out_.sessions.rend(), [&](const auto& s) {
    return s.actor == name && s.ended_seq == 0 && (!pid || *pid == 0 || *pid == s.pid);
  });
  if (session == out_.sessions.rend()) return;
  session->states.push_back({event.seq, state});
  if (state != "ended" && state != "stopped") return;
  session->ended_seq = event.seq;
  session->ended_us = event.at_us;
  session->sqlstate = text_of(fields, Field::sqlstate);
}

void Builder::own_session(const Event& event, const Fields& fields) {
  const auto number = static_cast<std::int64_t>(fields.get_int(Field::number));
  const auto state = fields.get_bytes(Field::state);
  if (state == "opening") {
    OwnSession session;
    session.number = number;
    session.opening_seq = event.seq;
    session.user = fields.get_bytes(Field::user);
    session.database = fields.get_bytes(Field::database);
    session.application = fields.get_bytes(Field::application);
    session.server = fields.get_bytes(Field::server);
    out_.own.push_back(std::move(session));
    return;
  }
  // The latest of that number: each boot counts from 1.
  const auto session = std::find_if(out_.own.rbegin(), out_.own.rend(),
                                    [&](const auto& one) { return one.number == number; });
  if (session == out_.own.rend()) return;
  if (state == "open") session->pid = number_of(fields, Field::pid);
  if (state == "failed") session->failed_us = event.at_us;
}

void Builder::snapshot(const Fields& fields) {
  boost::system::error_code error;
  const auto text = fields.get_bytes(Field::text);
  auto parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error || !parsed.is_object()) return;
  out_.snapshots.push_back({std::string(fields.get_bytes(Field::name)),
                            std::string(fields.get_bytes(Field::database)), std::move(parsed)});
}

// Of the whole record, where events were lost; else of one connection, whose bytes were not read.
void Builder::gap(const Event& event, const Fields& fields) {
  if (event.connection == 0 && !fields.has(Field::number)) return;
  for (auto& [id, connection] : out_.connections) {
    const bool concerned = event.connection == 0 || event.connection == id;
    if (concerned && connection.closed_seq == 0) connection.gaps.push_back(event.seq);
  }
}

void Builder::moment(const Event& event, const Fields& fields) {
  Moment moment;
  moment.seq = event.seq;
  moment.at_us = event.at_us;
  moment.kind = event.kind;
  moment.name = text_of(fields, Field::name);
  moment.text = text_of(fields, Field::text);
  moment.how = text_of(fields, Field::how);
  moment.state = text_of(fields, Field::state);
  moment.message = text_of(fields, Field::message);
  moment.actor = text_of(fields, Field::actor);
  moment.sqlstate = text_of(fields, Field::sqlstate);
  moment.number = number_of(fields, Field::number);
  moment.rows = number_of(fields, Field::rows);
  out_.moments.push_back(std::move(moment));
}

void Builder::forget(std::int64_t connection, std::size_t count) {
  auto& of = out_.connections[connection];
  for (std::size_t i = 0; i < count; ++i) requests_.erase(of.requests[i].seq);
  of.requests.erase(of.requests.begin(), of.requests.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < of.requests.size(); ++i) requests_[of.requests[i].seq].second = i;
  of.readies.clear();
  of.gaps.clear();  // between what is decided
}

}  // namespace

class TimelineBuilder::Implementation : public Builder {
  using Builder::Builder;
};

TimelineBuilder::TimelineBuilder() : implementation_(std::make_unique<Implementation>(Scope{})) {
  implementation_->without_values();
}
TimelineBuilder::~TimelineBuilder() = default;
TimelineBuilder::TimelineBuilder(TimelineBuilder&&) noexcept = default;

void TimelineBuilder::add(const Event& event) { implementation_->add(event); }
Timeline& TimelineBuilder::timeline() { return implementation_->timeline(); }
void TimelineBuilder::forget(std::int64_t connection, std::size_t count) {
  implementation_->forget(connection, count);
}

std::string shown_server(const std::string& recorded) {
  return recorded.empty() ? "main" : recorded;
}

Timeline make_timeline(const std::vector<Event>& events) {
  Builder builder(find_scope(events));
  for (const auto& event : events) builder.add(event);
  return builder.finish();
}

}  // namespace ride::journal::facts
