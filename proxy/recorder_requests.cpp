// What the client asks: one event each, in the ring before the server has the request.
#include <algorithm>
#include <cassert>
#include <cctype>

#include "journal/fields.hpp"
#include "proxy/recorder.hpp"
#include "sql/redact.hpp"

namespace ride::proxy {

using journal::Field;
using journal::Kind;
using protocol::RequestId;
using protocol::RequestKind;

namespace {

bool mentions(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

}  // namespace

// Writes text, omitted_bytes and redacted; true: the text carries a secret, or may do so where it
// was not looked at, behind what is kept of it.
bool Recorder::put_text(journal::FieldWriter& fields, std::string_view text,
                        std::uint64_t omitted_bytes) {
  const auto kept = text.substr(0, limits_.kept_text_bytes_max);
  omitted_bytes += text.size() - kept.size();
  const bool cut_off = omitted_bytes > 0;
  const bool may_execute = secret_prepared_ || !secret_statements_.empty();
  const bool executes = may_execute && mentions(kept, "execute");
  if (!executes && !sql::mentions_secret(kept)) {
    fields.put(Field::text, kept);
    if (cut_off) fields.put(Field::omitted_bytes, omitted_bytes);
    return cut_off;
  }
  const auto found = sql::find_secrets(kept, {sql::TextKind::statement, executes});
  fields.put(Field::text, found.cut ? Bytes(found.cut->text) : kept);
  if (found.cut) fields.put(Field::redacted, found.cut->summary());
  if (cut_off) fields.put(Field::omitted_bytes, omitted_bytes);
  return cut_off || found.carries;
}

void Recorder::put_parameters(journal::FieldWriter& fields, Bytes parameters, bool secret,
                              std::uint64_t omitted_bytes) {
  const auto kept = parameters.substr(0, limits_.kept_parameter_bytes_max);
  if (secret || sql::redact_message(kept)) {
    fields.put(Field::redacted, Bytes("parameters 1"));
    omitted_bytes += parameters.size();
  } else {
    fields.put(Field::parameters, kept);
    omitted_bytes += parameters.size() - kept.size();
  }
  if (omitted_bytes > 0) fields.put(Field::omitted_bytes, omitted_bytes);
}

void Recorder::ask(RequestId request, Kind kind, Asked asked) {
  asked.seq = write(kind);
  if (asked_.empty()) asked_first_ = request;
  assert(request == asked_first_ + asked_.size());
  asked_.push_back(std::move(asked));
}

void Recorder::query(RequestId request, const protocol::Query& message,
                     std::uint64_t omitted_bytes) {
  auto fields = begin();
  const bool secret = put_text(fields, message.query, omitted_bytes);
  secret_prepared_ = secret_prepared_ || (secret && mentions(message.query, "prepare"));
  const bool kept = worker_->body.size() <= limits_.kept_statements_bytes_max / 16;
  last_query_.assign(kept ? Bytes(worker_->body) : Bytes());
  ask(request, Kind::query, {.kind = RequestKind::query, .secret = secret});
  last_query_seq_ = asked_.back().seq;
}

void Recorder::parse(RequestId request, const protocol::Parse& message,
                     std::uint64_t omitted_bytes) {
  auto fields = begin();
  fields.put(Field::name, message.statement);
  const bool secret = put_text(fields, message.query, omitted_bytes);
  if (!message.parameter_types.empty()) fields.put(Field::parameter_types, message.parameter_types);
  // A name once used with a secret stays under suspicion: its second Parse may fail and leave the
  // first in place. The unnamed statement is always replaced.
  if (secret)
    secret_statements_.emplace(message.statement);
  else if (message.statement.empty())
    secret_statements_.erase("");
  ask(request, Kind::parse,
      {.kind = RequestKind::parse,
       .secret = secret,
       .statement = std::string(message.statement),
       .body = worker_->body});
}

void Recorder::bind(RequestId request, const protocol::Bind& message, std::uint64_t omitted_bytes) {
  const bool secret = secret_statements_.contains(message.statement) ||
                      (secret_prepared_ && !message.statement.empty());
  if (secret)
    secret_portals_.emplace(message.portal);
  else if (message.portal.empty())
    secret_portals_.erase("");
  auto fields = begin();
  fields.put(Field::portal, message.portal).put(Field::name, message.statement);
  put_parameters(fields, message.parameters, secret, omitted_bytes);
  ask(request, Kind::bind,
      {.kind = RequestKind::bind,
       .secret = secret,
       .statement = std::string(message.statement),
       .portal = std::string(message.portal)});
}

void Recorder::describe(RequestId request, const protocol::Describe& message, std::uint64_t) {
  const bool portal = message.kind == 'P';
  begin()
      .put(Field::how, Bytes(portal ? "portal" : "statement"))
      .put(portal ? Field::portal : Field::name, message.name);
  ask(request, Kind::describe,
      {.kind = RequestKind::describe,
       .describes_portal = portal,
       .statement = std::string(portal ? "" : message.name),
       .portal = std::string(portal ? message.name : "")});
}

void Recorder::execute(RequestId request, const protocol::Execute& message, std::uint64_t) {
  begin().put(Field::portal, message.portal).put(Field::max_rows, message.max_rows);
  ask(request, Kind::execute,
      {.kind = RequestKind::execute,
       .secret = secret_portals_.contains(message.portal),
       .portal = std::string(message.portal)});
}

void Recorder::close(RequestId request, const protocol::Close& message, std::uint64_t) {
  const bool portal = message.kind == 'P';
  begin()
      .put(Field::how, Bytes(portal ? "portal" : "statement"))
      .put(portal ? Field::portal : Field::name, message.name);
  ask(request, Kind::close,
      {.kind = RequestKind::close,
       .describes_portal = portal,
       .statement = std::string(portal ? "" : message.name),
       .portal = std::string(portal ? message.name : "")});
}

void Recorder::function_call(RequestId request, const protocol::FunctionCall& message,
                             std::uint64_t omitted_bytes) {
  auto fields = begin();
  fields.put(Field::number, message.function);
  put_parameters(fields, message.parameters, false, omitted_bytes);
  ask(request, Kind::function_call, {.kind = RequestKind::function_call});
}

}  // namespace ride::proxy
