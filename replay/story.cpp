#include "replay/story.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "replay/answer.hpp"
#include "replay/gui.hpp"
#include "replay/notes.hpp"
#include "replay/numbering.hpp"
#include "sql/worker.hpp"

namespace ride::replay {
namespace {

using journal::ConnectionId;
using journal::Event;
using journal::Field;
using journal::Fields;
using journal::Kind;
using journal::Seq;
using journal::facts::StatementRow;

char transaction_of(const journal::facts::Text& state) {
  if (!state || state->empty()) return 'I';
  if (state->starts_with('T') || *state == "in transaction") return 'T';
  return state->starts_with('E') || *state == "failed" ? 'E' : 'I';
}

// A request that is not answered to its end.
struct Open {
  StatementsOfRequest rows;
  std::size_t begun = 0;  // rows whose text was told
  std::size_t ended = 0;  // rows whose answer was told
  std::int64_t since_us = 0;
};

// What one client connection has under way.
struct Lane {
  std::map<Seq, Open> open;  // by request
  std::map<std::string, std::pair<std::string, std::string>, std::less<>>
      parsed;                            // name: text, types
  std::map<Seq, std::string> described;  // of the Describes of statements: the name
  std::map<std::string, journal::facts::Values, std::less<>> parameters;  // by portal
  std::map<std::string, std::string, std::less<>> texts;                  // by portal
  std::map<std::string, StatementRow, std::less<>> running;  // by portal: what its Execute began
  bool gui = false;
};

class Teller {
 public:
  Teller(Numbering numbering, const std::function<void(const Moment&)>& sink)
      : numbering_(std::move(numbering)), sink_(sink) {}

  void hear(const Event& event) {
    if (began_us_ == 0 || event.kind == Kind::attempt_began) began_us_ = event.at_us;
    if (event.kind == Kind::submit_ended) submitted_ = true;
    if (auto note = notes_.note_of(event)) emit(event, std::move(*note));
    if (event.kind == Kind::connection_started || event.kind == Kind::parameter_changed)
      name_client(event);
    if (event.kind >= Kind::query && event.kind <= Kind::function_call) request(event);
    if (event.kind == Kind::ended) answer(event);
    if (event.kind == Kind::ready) flush(event, Fields(event.body).get_int(Field::request));
    if (event.kind == Kind::connection_closed) flush(event, event.seq);
    last_ = event;
  }

  // What nobody answered before the record ends.
  void finish() {
    for (const auto& [connection, lane] : lanes_) {
      last_.connection = connection;
      flush(last_, last_.seq);
    }
  }

 private:
  void emit(const Event& at, std::variant<StatementBegan, StatementEnded, Note> what) {
    sink_({at.seq, at.at_us, at.at_us - began_us_, at.connection, std::move(what)});
  }

  void name_client(const Event& event) {
    const Fields fields(event.body);
    auto& lane = lanes_[event.connection];
    if (event.kind == Kind::connection_started)
      lane.gui = is_gui(fields.get_bytes(Field::application));
    else if (fields.get_bytes(Field::name) == "application_name")
      lane.gui = is_gui(fields.get_bytes(Field::text));
  }

  // What a graphical client asks by itself is a tool's, as psql's own queries are.
  void mark_tool(StatementsOfRequest& rows) {
    if (!analyser_) analyser_.emplace();
    for (auto& row : rows)
      if (row.tool == 0 && row.text && reads_catalogs_only(analyser_->analyse(*row.text)))
        row.tool = 1;
  }

  void request(const Event& event) {
    const Fields fields(event.body);
    auto& lane = lanes_[event.connection];
    const std::string portal(fields.get_bytes(Field::portal));
    const std::string name(fields.get_bytes(Field::name));
    if (event.kind == Kind::parse)
      lane.parsed[name] = {std::string(fields.get_bytes(Field::text)),
                           std::string(fields.get_bytes(Field::parameter_types))};
    if (event.kind == Kind::bind) {
      const auto& [text, types] = lane.parsed[name];
      lane.parameters[portal] =
          journal::facts::read_parameters(fields.get_bytes(Field::parameters), types);
      lane.texts[portal] = text;
      lane.running.erase(portal);
    }
    if (event.kind == Kind::describe && fields.has(Field::name)) lane.described[event.seq] = name;
    if (event.kind == Kind::query) lane.running.clear();
    auto rows = rows_of(event, lane, portal);
    if (rows.empty()) return;
    if (lane.gui) mark_tool(rows);
    if (event.kind == Kind::execute) lane.running[portal] = rows.front();
    auto& open = lane.open[event.seq] = {std::move(rows), 0, 0, event.at_us};
    if (event.kind == Kind::execute && again_) {
      open.begun = 1;  // one more Execute of a portal: its text was told
    } else {
      begin_next(event, open, lane.parameters[portal]);
    }
  }

  StatementsOfRequest rows_of(const Event& event, const Lane& lane, const std::string& portal) {
    again_ = false;
    if (const auto known = numbering_.find(event.seq); known != numbering_.end())
      return known->second;
    if (event.kind == Kind::execute)
      if (const auto running = lane.running.find(portal); running != lane.running.end()) {
        again_ = true;
        return {running->second};
      }
    if (!submitted_ || (event.kind != Kind::query && event.kind != Kind::execute)) return {};
    StatementRow row;  // after submit: told, but not numbered
    const auto text = lane.texts.find(portal);
    if (event.kind == Kind::query) row.text = Fields(event.body).get_bytes(Field::text);
    if (event.kind == Kind::execute && text != lane.texts.end()) row.text = text->second;
    row.outcome = "unknown";
    return {std::move(row)};
  }

  void begin_next(const Event& at, Open& open, const journal::facts::Values& parameters = {}) {
    const auto& row = open.rows[open.begun++];
    emit(at, StatementBegan{row.n, row.database.value_or(""), row.role.value_or(""),
                            row.text.value_or("(called by its number, without text)"), parameters,
                            transaction_of(row.transaction_before), row.tool != 0});
  }

  void answer(const Event& event) {
    const Fields fields(event.body);
    auto& lane = lanes_[event.connection];
    const auto request = fields.get_int(Field::request);
    if (const auto types = fields.find_bytes(Field::parameter_types))
      lane.parsed[lane.described[request]].second = *types;
    const auto found = lane.open.find(request);
    if (found == lane.open.end()) return;
    auto& open = found->second;
    const auto position = static_cast<std::size_t>(fields.get_int(Field::ordinal));
    // After submit a string's statements are not known one by one.
    while (open.rows.size() <= position) open.rows.push_back(open.rows.back());
    while (open.begun <= position) begin_next(event, open);
    auto ended = read_answer(event);
    settle(ended, open.rows[position], true);
    ended.took_us = event.at_us - open.since_us;
    open.since_us = event.at_us;
    open.ended = position + 1;
    emit(event, std::move(ended));
    if (open.begun < open.rows.size() && open.rows[open.begun].outcome != "skipped")
      begin_next(event, open);
  }

  static void settle(StatementEnded& ended, const StatementRow& row, bool answered) {
    ended.n = row.n;
    if (row.server_us)
      ended.spent = {row.think_us.value_or(0), row.queued_us.value_or(0), *row.server_us,
                     row.transfer_us.value_or(0)};
    ended.outcome = row.outcome;
    ended.transaction = transaction_of(row.transaction_after);
    ended.tool = row.tool != 0;
    ended.answered = answered;
  }

  // Requests up to this one get no answer any more.
  void flush(const Event& at, Seq through) {
    auto& open = lanes_[at.connection].open;
    while (!open.empty() && open.begin()->first <= through) {
      auto& request = open.begin()->second;
      for (; request.ended < request.rows.size(); ++request.ended) {
        if (request.begun <= request.ended) begin_next(at, request);
        StatementEnded ended;
        settle(ended, request.rows[request.ended], false);
        emit(at, std::move(ended));
      }
      open.erase(open.begin());
    }
  }

  Numbering numbering_;
  const std::function<void(const Moment&)>& sink_;
  Notes notes_;
  std::map<ConnectionId, Lane> lanes_;
  std::optional<sql::Analyser> analyser_;  // made for the first graphical client
  Event last_;
  std::int64_t began_us_ = 0;
  bool submitted_ = false;
  bool again_ = false;  // rows_of() found a portal that was executed before
};

}  // namespace

std::uint32_t choose_attempt(journal::Reader& reader, std::optional<std::uint32_t> wanted) {
  const auto attempts = reader.attempts();
  if (!wanted) {
    const auto submits = reader.all({.attempt = {}, .kinds = {Kind::submit_ended}, .after = 0});
    if (!submits.empty()) return submits.back().attempt;
    return attempts.empty() ? 0 : attempts.back();
  }
  if (std::find(attempts.begin(), attempts.end(), *wanted) == attempts.end())
    throw std::runtime_error(
        reader.database().file().string() + ": has no attempt " + std::to_string(*wanted) +
        (attempts.empty() ? "" : "; its last one is " + std::to_string(attempts.back())));
  return *wanted;
}

void tell(journal::Reader& reader, std::uint32_t attempt,
          const std::function<void(const Moment&)>& sink) {
  tell(reader, attempt, read_numbering(reader, attempt), sink);
}

void tell(journal::Reader& reader, std::uint32_t attempt, Numbering numbering,
          const std::function<void(const Moment&)>& sink) {
  Teller teller(std::move(numbering), sink);
  auto cursor = reader.events({.attempt = attempt, .kinds = {}, .after = 0});
  for (Event event; cursor.next(event);) teller.hear(event);
  teller.finish();
}

void tell(const std::vector<Event>& events, Numbering numbering,
          const std::function<void(const Moment&)>& sink) {
  Teller teller(std::move(numbering), sink);
  for (const auto& event : events) teller.hear(event);
  teller.finish();
}

}  // namespace ride::replay
