// What the server answers: kept in Answer until the statement has ended, then one event, in the
// ring before the client has the last byte of it.
#include <cassert>
#include <chrono>

#include "journal/fields.hpp"
#include "proxy/recorder.hpp"
#include "proxy/redaction.hpp"
#include "sql/redact.hpp"

namespace ride::proxy {

using journal::Field;
using journal::Kind;
using protocol::CopyDirection;
using protocol::Ending;
using protocol::RequestId;
using protocol::RequestKind;

namespace {

// The largest body of an `ended` without rows: for the question whether there is room.
constexpr std::size_t cut_event_bytes_max = 128;

std::string_view to_text(Ending how) {
  switch (how) {
    case Ending::complete:
      return "complete";
    case Ending::empty:
      return "empty";
    case Ending::suspended:
      return "suspended";
    case Ending::error:
      return "error";
    case Ending::cut:
      return "cut";
  }
  return "";
}

// Parse, Bind, Describe and Close have an event of their end only where they failed or were cut:
// any later answer implies that they succeeded.
bool is_statement(RequestKind kind) {
  return kind == RequestKind::query || kind == RequestKind::execute ||
         kind == RequestKind::function_call;
}

}  // namespace

void Recorder::row_description(RequestId request, std::uint32_t ordinal, Bytes body,
                               std::uint64_t body_bytes) {
  const auto* asked = find(request);
  if (asked != nullptr && asked->kind == RequestKind::describe) {
    const auto columns = body.size() == body_bytes ? body : Bytes();
    if (asked->describes_portal)
      described_.portal_described(asked->portal, columns);
    else
      described_.statement_described(asked->statement, columns);
    return;
  }
  answer_.touch(request, ordinal, now_us_);
  answer_.set_columns(body, body_bytes);
}

void Recorder::data_row(RequestId request, std::uint32_t ordinal, Bytes body,
                        std::uint64_t body_bytes) {
  answer_.touch(request, ordinal, now_us_);
  if (answer_.omitted_rows > 0) return answer_.omit_row(body_bytes);  // nor is any behind it kept
  const auto* asked = find(request);
  // A statement that carries a secret may give it back: SELECT set_config('x.password', $1, …).
  if (asked != nullptr && asked->secret) return answer_.hide_row(body_bytes);
  if (asked != nullptr && asked->kind == RequestKind::execute && !answer_.has_rows())
    answer_.set_row_columns(described_.columns_of(asked->portal));
  answer_.add_row(body, body_bytes);
}

void Recorder::function_result(RequestId request, Bytes body, std::uint64_t body_bytes) {
  answer_.touch(request, 0, now_us_);
  answer_.set_result(body, body_bytes);
}

// Without them the values of a later Bind, if they come in binary, cannot be told.
void Recorder::parameter_description(RequestId request, Bytes body) {
  constexpr std::size_t count_bytes = 2;
  const auto* asked = find(request);
  if (asked == nullptr || body.size() <= count_bytes) return;
  if (!asked->describes_portal) carried_.typed(asked->statement, body.substr(count_bytes));
  begin()
      .put(Field::request, asked->seq)
      .put(Field::how, Bytes("described"))
      .put(Field::parameter_types, body.substr(count_bytes));
  write(Kind::ended);
}

void Recorder::copy_began(RequestId request, std::uint32_t ordinal, CopyDirection,
                          std::uint8_t format) {
  answer_.touch(request, ordinal, now_us_);
  answer_.begin_copy(format);
}

void Recorder::copy_data(RequestId request, std::uint32_t ordinal, CopyDirection, Bytes payload,
                         std::uint64_t payload_bytes) {
  answer_.touch(request, ordinal, now_us_);
  answer_.add_copy_data(payload, payload_bytes);
}

// Once a chunk. A replication stream goes on for days, and a COPY that a crash cuts off has no
// `ended`.
void Recorder::tell_copying(journal::Seq request) {
  const auto passed = session_.so_far();
  const auto bytes = passed.bytes_in + passed.bytes_out;
  const auto waited = std::chrono::microseconds(now_us_ - answer_.told_us);
  if (bytes - answer_.told_bytes < limits_.copying_bytes_max && waited < limits_.copying_wait_max)
    return;
  begin()
      .put(Field::request, request)
      .put(Field::ordinal, passed.ordinal)
      .put(Field::bytes_in, passed.bytes_in)
      .put(Field::bytes_out, passed.bytes_out);
  write(Kind::copying);
  answer_.told_bytes = bytes;
  answer_.told_us = now_us_;
}

void Recorder::notice(RequestId request, std::uint32_t ordinal, Bytes body) {
  const auto* asked = find(request);
  const bool of_statement = asked != nullptr && is_statement(asked->kind);
  if (of_statement) answer_.touch(request, ordinal, now_us_);
  if (of_statement && !answer_.takes_notices()) return answer_.omit_notice(body.size());
  const auto redacted = redact_error(body, asked != nullptr && asked->secret);
  if (!of_statement) return write_notice(redacted.body);
  answer_.redacted = answer_.redacted || redacted.changed;
  answer_.add_notice(redacted.body);
}

void Recorder::ended(const protocol::Ended& ended) {
  saw_fatal_ = saw_fatal_ || ended.fatal;
  auto* asked = find(ended.request);
  if (asked == nullptr) return;
  count_ended(ended);
  if (ended.how == Ending::complete) learn_names(*asked);
  if (ended.how != Ending::cut) carry_names(ended, *asked);
  if (is_statement(ended.kind) || ended.how == Ending::error || ended.how == Ending::cut)
    write_ended(ended, *asked);
  forget_before(ended.request);
}

// The server has taken a name, described or dropped it.
void Recorder::learn_names(const Asked& asked) {
  switch (asked.kind) {
    case RequestKind::parse:
      described_.parsed(asked.statement);
      break;
    case RequestKind::bind:
      described_.bound(asked.portal, asked.statement);
      break;
    case RequestKind::close:
      if (asked.describes_portal)
        described_.portal_closed(asked.portal);
      else
        described_.statement_closed(asked.statement);
      break;
    case RequestKind::query:
    case RequestKind::describe:
    case RequestKind::execute:
    case RequestKind::function_call:
      break;
  }
}

void Recorder::count_ended(const protocol::Ended& ended) {
  auto& counters = worker_->counters;
  if (ended.how == Ending::error) counters.errors.add(protocol::error_field(ended.error, 'C'));
  const bool over = ended.how != Ending::suspended && ended.how != Ending::cut;
  if (over && is_statement(ended.kind)) counters.statements.add();
}

// The same for the file that may come after this one. Who parses the unnamed statement, or sends a
// query string, has lost the one before, even where the new one fails.
void Recorder::carry_names(const protocol::Ended& ended, Asked& asked) {
  const bool complete = ended.how == Ending::complete;
  const bool refused = asked.kind == RequestKind::parse && !complete;
  if (asked.kind == RequestKind::query || (refused && asked.statement.empty())) carried_.closed("");
  if (!complete) return;
  if (asked.kind == RequestKind::parse) carried_.parsed(asked.statement, std::move(asked.body));
  if (asked.kind == RequestKind::close && !asked.describes_portal) carried_.closed(asked.statement);
  if (ended.tag == "DISCARD ALL" || ended.tag == "DEALLOCATE ALL") carried_.all_closed();
  if (ended.tag != "PREPARE" || asked.seq == carried_query_) return;
  carried_query_ = asked.seq;  // a string may prepare several
  carried_.prepared_by_sql(asked.seq == last_query_seq_ ? Bytes(last_query_) : Bytes());
}

void Recorder::write_ended(const protocol::Ended& ended, const Asked& asked) {
  answer_.touch(ended.request, ended.ordinal, now_us_);
  // A session that ends, or loses track, cuts as many requests as were sent ahead at once.
  const auto held = answer_.rows.size() + answer_.columns.size() + answer_.copy_data.size() +
                    answer_.notices.size() + limits_.kept_columns_bytes_max;
  if (ended.how == Ending::cut && !has_room(2 * held + cut_event_bytes_max)) {
    ++cuts_unrecorded_;
    return;
  }
  auto fields = begin();
  fields.put(Field::request, asked.seq)
      .put(Field::ordinal, ended.ordinal)
      .put(Field::how, to_text(ended.how));
  if (!ended.tag.empty()) fields.put(Field::tag, ended.tag);
  fields.put(Field::rows, ended.rows);
  if (ended.how != Ending::cut)
    fields.put(Field::first_byte_us, static_cast<std::uint64_t>(answer_.first_byte_us));
  fields.put(Field::bytes_in, ended.bytes_in).put(Field::bytes_out, ended.bytes_out);
  if (!ended.error.empty()) {
    const auto error = redact_error(ended.error, asked.secret);
    answer_.redacted = answer_.redacted || error.changed;
    fields.put(Field::error, error.body);
  }
  put_answer(fields, asked, ended.rows);
  write(Kind::ended);
  answer_.touch(0, 0, 0);
}

void Recorder::put_answer(journal::FieldWriter& fields, const Asked& asked, std::uint64_t rows) {
  if (answer_.copying) answer_.redact_copy_data(asked.secret);
  // An Execute without rows goes without columns: see event_bytes_per_chunk_byte.
  auto columns = Bytes(answer_.columns);
  if (asked.kind == RequestKind::execute && rows > 0) columns = described_.columns_of(asked.portal);
  if (!columns.empty()) fields.put(Field::columns, columns);
  if (!answer_.rows.empty()) fields.put(Field::data, answer_.rows);
  if (answer_.omitted_rows > 0) fields.put(Field::omitted_rows, answer_.omitted_rows);
  if (answer_.omitted_bytes > 0) fields.put(Field::omitted_bytes, answer_.omitted_bytes);
  if (!answer_.notices.empty()) fields.put(Field::notices, answer_.notices);
  if (answer_.omitted_notices > 0) fields.put(Field::omitted_notices, answer_.omitted_notices);
  if (!answer_.result.empty()) fields.put(Field::result, answer_.result);
  if (answer_.copying) {
    fields.put(Field::copy_format, answer_.copy_format).put(Field::copy_data, answer_.copy_data);
  }
  if (answer_.redacted) fields.put(Field::redacted, Bytes("answer 1"));
}

void Recorder::ready(RequestId through, protocol::TxStatus status) {
  if (!ready_) {
    ready_ = true;
    auto fields = begin();
    fields.put(Field::pid, entry_.pid.load());
    put_login(fields);
    fields.put(Field::parameters, first_settings_);
    write(Kind::connection_ready);
    worker_->counters.sessions.add();
    carried_.ready(worker_->body);
    std::string().swap(first_settings_);
    return;
  }
  forget_before(through + 1);
  const char letter = static_cast<char>(status);
  begin().put(Field::request, last_answered_).put(Field::status, Bytes(&letter, 1));
  write(Kind::ready);
  if (answered_unseen_ || cuts_unrecorded_ > 0)
    write_gap("client and server went on after bytes that could not be read");
}

}  // namespace ride::proxy
