#include "sandbox/recorder.hpp"

#include <optional>
#include <stdexcept>

#include "journal/appender.hpp"
#include "journal/fields.hpp"
#include "sql/redact.hpp"

namespace ride::sandbox {
namespace {

using journal::Field;
using journal::FieldWriter;
using journal::Kind;

// Optional text is absent rather than empty.
void put_text(FieldWriter& out, Field field, std::string_view text) {
  if (!text.empty()) out.put(field, text);
}

// What the learner's database said, without the secrets in it.
class Clean {
 public:
  explicit Clean(std::string_view said) : said_(said), redacted_(sql::redact_message(said)) {}
  std::string_view text() const { return redacted_ ? std::string_view(redacted_->text) : said_; }
  std::string summary() const { return redacted_ ? redacted_->summary() : ""; }

 private:
  std::string_view said_;
  std::optional<sql::Redacted> redacted_;
};

}  // namespace

void Recorder::append(Kind kind, const std::string& body) {
  try {
    appender_.append(kind, 0, clock_.now_us(), body);
  } catch (const std::runtime_error&) {
    failed_ = true;  // the writer keeps the reason, see Writer::failure()
  }
}

void Recorder::other_server(std::string_view name, std::string_view kind, std::string_view role) {
  std::string body;
  FieldWriter(body).put(Field::name, name).put(Field::how, kind).put(Field::user, role);
  append(Kind::server, body);
}

void Recorder::actor(const ActorEvent& event) {
  std::string body;
  FieldWriter out(body);
  out.put(Field::actor, event.actor).put(Field::state, event.state);
  out.put(Field::number, event.progress);
  if (event.pid != 0) out.put(Field::pid, static_cast<std::uint64_t>(event.pid));
  if (event.started_us != 0)
    out.put(Field::started_us, static_cast<std::uint64_t>(event.started_us));
  put_text(out, Field::application, event.application);
  put_text(out, Field::user, event.user);
  put_text(out, Field::database, event.database);
  put_text(out, Field::sqlstate, event.sqlstate);
  put_text(out, Field::message, Clean(event.message).text());
  put_text(out, Field::server, server_);
  append(Kind::actor, body);
}

void Recorder::log_line(int pid, std::string_view json, std::string_view redacted) {
  std::string body;
  FieldWriter out(body);
  if (pid != 0) out.put(Field::pid, static_cast<std::uint64_t>(pid));
  if (json.size() + 256 > appender_.body_bytes_max()) {
    out.put(Field::omitted_bytes, static_cast<std::uint64_t>(json.size()));
    json = {};
  }
  out.put(Field::text, json);
  put_text(out, Field::redacted, redacted);
  put_text(out, Field::server, server_);
  append(Kind::log_line, body);
}

void Recorder::fence(std::string_view nonce) {
  std::string body;
  FieldWriter out(body);
  out.put(Field::name, nonce);
  put_text(out, Field::server, server_);
  append(Kind::fence, body);
}

void Recorder::own_session_opening(std::uint64_t number, std::string_view server,
                                   std::string_view role, std::string_view database,
                                   std::string_view application) {
  std::string body;
  FieldWriter out(body);
  out.put(Field::number, number).put(Field::state, "opening");
  out.put(Field::user, role).put(Field::database, database);
  put_text(out, Field::application, application);
  put_text(out, Field::server, server);
  append(Kind::own_session, body);
}

void Recorder::own_session_open(std::uint64_t number, int pid) {
  std::string body;
  FieldWriter(body)
      .put(Field::number, number)
      .put(Field::state, "open")
      .put(Field::pid, static_cast<std::uint64_t>(pid));
  append(Kind::own_session, body);
}

void Recorder::own_session_failed(std::uint64_t number) {
  std::string body;
  FieldWriter(body).put(Field::number, number).put(Field::state, "failed");
  append(Kind::own_session, body);
}

void Recorder::snapshot(std::string_view moment, std::string_view database, std::string_view said) {
  const Clean clean(said);
  const auto json = clean.text();
  std::string body;
  FieldWriter out(body);
  out.put(Field::name, moment).put(Field::database, database);
  const bool fits = json.size() + body.size() + 64 <= appender_.body_bytes_max();
  out.put(Field::text, fits ? json : R"({"unreadable":"the catalog is too large to record"})");
  put_text(out, Field::redacted, clean.summary());
  append(Kind::snapshot, body);
}

void Recorder::check(const CheckEvent& event) {
  std::string body;
  FieldWriter out(body);
  out.put(Field::name, event.id).put(Field::how, event.moment).put(Field::state, event.state);
  const Clean seen(event.seen);
  out.put(Field::text, seen.text());
  put_text(out, Field::message, Clean(event.message).text());
  put_text(out, Field::redacted, seen.summary());
  append(Kind::check, body);
}

void Recorder::workload(const WorkloadEvent& event) {
  std::string body;
  FieldWriter out(body);
  out.put(Field::actor, event.actor).put(Field::number, event.done).put(Field::rows, event.asked);
  put_text(out, Field::sqlstate, event.sqlstate);
  put_text(out, Field::message, Clean(event.message).text());
  append(Kind::workload, body);
}

void Recorder::probe(std::string_view id, std::string_view value, std::string_view state) {
  std::string body;
  const Clean clean(value);
  FieldWriter out(body);
  out.put(Field::name, id).put(Field::text, clean.text()).put(Field::how, state);
  put_text(out, Field::redacted, clean.summary());
  append(Kind::probe, body);
}

}  // namespace ride::sandbox
