#include "replay/notes.hpp"

#include <cassert>
#include <utility>

#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"

namespace ride::replay {
namespace {

using journal::Event;
using journal::Field;
using journal::Fields;
using journal::Kind;

std::string text_of(const Fields& fields, Field field) {
  return std::string(fields.get_bytes(field));
}

std::string number_of(const Fields& fields, Field field) {
  return std::to_string(fields.get_int(field));
}

// "57P01 terminating connection …" of an ErrorResponse body.
std::string error_of(const Fields& fields) {
  const auto body = fields.get_bytes(Field::error);
  const auto sqlstate = journal::facts::error_field(body, 'C').value_or("");
  return sqlstate + " " + journal::facts::error_field(body, 'M').value_or("");
}

std::string joined(std::string text, const std::string& before, const std::string& more) {
  return more.empty() ? text : std::move(text) + before + more;
}

std::string bypass_text(const Fields& fields) {
  auto text = "somebody connected around the proxy: " + text_of(fields, Field::user);
  text = joined(text, " in ", text_of(fields, Field::database));
  text = joined(text, ", application ", text_of(fields, Field::application));
  return text + ", pid " + number_of(fields, Field::pid) + "; what was done there is not recorded";
}

}  // namespace

std::optional<Note> Notes::note_of(const Event& event) {
  switch (event.kind) {
    case Kind::actor:
      return actor(event);
    case Kind::probe:
      return probe(event);
    case Kind::connection_started:
    case Kind::connection_ready:
    case Kind::connection_refused:
    case Kind::connection_closed:
      return connection(event);
    case Kind::submit_began:
    case Kind::check:
    case Kind::workload:
    case Kind::submit_ended:
      return submit(event);
    case Kind::attempt_began:
    case Kind::attempt_ended:
    case Kind::hole:
    case Kind::gap:
    case Kind::bypass:
    case Kind::clock_stepped:
    case Kind::notice:
    case Kind::notification:
    case Kind::cancel_requested:
    case Kind::hint:
    case Kind::log_shown:
    case Kind::continues:
    case Kind::continued:
      return other(event);
    case Kind::run_began:
    case Kind::connection_opened:
    case Kind::parameter_changed:
    case Kind::query:
    case Kind::parse:
    case Kind::bind:
    case Kind::describe:
    case Kind::execute:
    case Kind::close:
    case Kind::function_call:
    case Kind::ended:
    case Kind::ready:
    case Kind::copying:  // the statement tells it all at its end
    case Kind::log_line:
    case Kind::snapshot:
    case Kind::own_session:
    case Kind::fence:
    case Kind::server:
      return std::nullopt;
  }
  return std::nullopt;  // a kind of a newer version
}

// Loops of actors go from running to idle and back all the time: that is no news, unless the actor
// was kept waiting before.
std::optional<Note> Notes::actor(const Event& event) {
  const Fields fields(event.body);
  const auto name = text_of(fields, Field::actor);
  const auto state = text_of(fields, Field::state);
  auto& last = actor_states_[{name, fields.get_int(Field::pid)}];
  if (state == last) return std::nullopt;
  const bool was_waiting = last == "waiting";
  Note note{"actor", name, state, Weight::plain};
  if (state == "connected") {
    note.text = joined("connected", ", pid ", number_of(fields, Field::pid));
  } else if (state == "running" || state == "idle") {
    last = state;
    if (!was_waiting) return std::nullopt;
    note.text = "goes on";
    note.weight = Weight::good;
  } else if (state == "waiting") {
    note.text = "waits for a lock";
    note.weight = Weight::bad;
  } else if (state == "idle_in_transaction") {
    note.text = "is idle in its transaction";
  } else if (state == "ended" || state == "failed") {
    note.text = joined(state, ": ", text_of(fields, Field::sqlstate));
    note.text = joined(note.text, " ", text_of(fields, Field::message));
    note.weight = Weight::bad;
  }
  last = state;
  return note;
}

std::optional<Note> Notes::probe(const Event& event) {
  const Fields fields(event.body);
  const auto name = text_of(fields, Field::name);
  const auto how = text_of(fields, Field::how);
  const auto value = joined(how, ", ", text_of(fields, Field::text));
  auto& last = probe_values_[name];
  if (value == last) return std::nullopt;
  last = value;
  return Note{"probe", name, value, how == "healthy" ? Weight::good : Weight::bad};
}

std::optional<Note> Notes::connection(const Event& event) {
  const Fields fields(event.body);
  Note note{"connection", std::to_string(event.connection), "", Weight::plain};
  auto& client = clients_[event.connection];
  if (event.kind == Kind::connection_started) {
    client = text_of(fields, Field::user) + "@" + text_of(fields, Field::database);
    const auto application = text_of(fields, Field::application);
    if (!application.empty()) client += " (" + application + ")";
    return std::nullopt;
  }
  if (event.kind == Kind::connection_ready) {
    note.text =
        (fields.has(Field::carried) ? "goes on from the file before: " : "opened: ") + client;
  } else if (event.kind == Kind::connection_refused) {
    note.text = "refused: " + client + ": " + error_of(fields);
    note.weight = Weight::bad;
  } else {
    const auto how = text_of(fields, Field::how);
    note.text = how == "carried" ? "goes on in the next file" : "closed: " + how;
  }
  return note;
}

std::optional<Note> Notes::submit(const Event& event) {
  const Fields fields(event.body);
  if (event.kind == Kind::submit_began) return Note{"submit", "", "submitted", Weight::plain};
  if (event.kind == Kind::submit_ended) return Note{"submit", "", "graded", Weight::plain};
  if (event.kind == Kind::check) {
    const auto state = text_of(fields, Field::state);
    auto text = text_of(fields, Field::how) + " the workload: " + state;
    text = joined(text, ", saw ", text_of(fields, Field::text));
    text = joined(text, ", ", text_of(fields, Field::message));
    return Note{"check", text_of(fields, Field::name), text,
                state == "pass" ? Weight::good : Weight::bad};
  }
  const auto done = fields.get_int(Field::number);
  const auto asked = fields.get_int(Field::rows);
  auto text = std::to_string(done) + " of " + std::to_string(asked) + " operations";
  text = joined(text, ", ", text_of(fields, Field::sqlstate));
  text = joined(text, " ", text_of(fields, Field::message));
  return Note{"workload", text_of(fields, Field::actor), text,
              done == asked ? Weight::good : Weight::bad};
}

std::optional<Note> Notes::other(const Event& event) {
  const Fields fields(event.body);
  const auto is = [&](Kind kind) { return event.kind == kind; };
  const auto note = [](const char* kind, std::string subject, std::string text) {
    return Note{kind, std::move(subject), std::move(text), Weight::plain};
  };
  const auto gap = [](std::string text) { return Note{"gap", "", std::move(text), Weight::bad}; };
  if (is(Kind::attempt_began))
    return note("attempt", "", "attempt " + number_of(fields, Field::number) + " begins");
  if (is(Kind::attempt_ended))
    return note("attempt", "", "the attempt ends: " + text_of(fields, Field::how));
  if (is(Kind::hole)) return gap(number_of(fields, Field::number) + " records were never written");
  if (is(Kind::gap)) return gap(text_of(fields, Field::message));
  if (is(Kind::bypass)) return gap(bypass_text(fields));
  if (is(Kind::clock_stepped)) return note("gap", "", "the machine's clock was set");
  if (is(Kind::notice)) return note("notice", "", error_of(fields));
  if (is(Kind::notification))
    return note("notice", text_of(fields, Field::name), text_of(fields, Field::text));
  if (is(Kind::cancel_requested))
    return note("cancel", number_of(fields, Field::connection), "asks to cancel");
  if (is(Kind::continues)) return note("file", "", "goes on from " + text_of(fields, Field::name));
  if (is(Kind::continued))
    return note("file", "", "new connections are in " + text_of(fields, Field::name));
  if (is(Kind::hint)) {
    const auto line = text_of(fields, Field::text);
    return note(
        "hint", "",
        "takes hint " + number_of(fields, Field::number) + (line.empty() ? "" : ": " + line));
  }
  assert(is(Kind::log_shown));
  return note("log", "",
              "reads " + number_of(fields, Field::number) + " lines of the server's log");
}

}  // namespace ride::replay
