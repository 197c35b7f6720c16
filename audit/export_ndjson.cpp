// One JSON object a line, in ride's own words: those of docs/vocabulary.md.
#include "audit/command_class.hpp"
#include "audit/export.hpp"
#include "audit/moment.hpp"
#include "base/json.hpp"
#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "scorer/text.hpp"

namespace ride::audit {
namespace {

namespace json = boost::json;
using journal::Field;
using journal::Kind;

template <typename T>
json::value word(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::object head(const char* type, const Source& source, std::uint32_t attempt,
                  std::int64_t at_us) {
  json::object out;
  out.reserve(48);
  out["version"] = ndjson_version;
  out["type"] = type;
  out["file_id"] = source.file_id;
  out["scenario"] = source.origin.scenario;
  out["learner"] = source.origin.learner;
  out["attempt"] = attempt;
  out["time"] = iso_time(at_us);
  return out;
}

void put_client(json::object& out, const Client& client) {
  out["connection"] = client.connection;
  out["peer"] = client.peer;
  out["tls"] = client.tls;
  out["pid"] = word(client.pid);
}

std::string line_of(const json::object& object) {
  return scorer::printable_json(json::serialize(object)) + '\n';
}

void put_effects(json::object& out, const Statement& statement) {
  const auto effects = statement.effects();
  json::array reads;
  for (const auto& row : effects.reads) reads.emplace_back(row.relation);
  json::array writes;
  for (const auto& row : effects.writes)
    writes.emplace_back(json::object{{"relation", row.relation}, {"action", row.action}});
  json::array calls;
  for (const auto& row : effects.calls) calls.emplace_back(row.function);
  json::array ddl;
  for (const auto& row : effects.ddl)
    ddl.emplace_back(json::object{{"action", row.action}, {"object", word(row.object)}});
  out["reads"] = std::move(reads);
  out["writes"] = std::move(writes);
  out["calls"] = std::move(calls);
  out["ddl"] = std::move(ddl);
}

const char* connection_word(Kind kind) {
  if (kind == Kind::connection_opened) return "opened";
  if (kind == Kind::connection_ready) return "ready";
  if (kind == Kind::connection_refused) return "refused";
  return kind == Kind::connection_closed ? "closed" : nullptr;
}

const char* gap_word(Kind kind) {
  if (kind == Kind::gap) return "gap";
  if (kind == Kind::hole) return "hole";
  if (kind == Kind::bypass) return "bypass";
  return kind == Kind::clock_stepped ? "clock_stepped" : nullptr;
}

}  // namespace

std::string ndjson_line(const Source& source, const Statement& statement) {
  const auto& row = statement.row();
  auto out = head("statement", source, statement.attempt, row.started);
  out["n"] = row.n;
  out["request"] = row.request;
  out["ordinal"] = row.ordinal;
  out["ended"] = row.ended ? json::value(iso_time(*row.ended)) : json::value(nullptr);
  put_client(out, statement.client);
  out["database"] = word(row.database);
  out["role"] = word(row.role);
  out["acting_role"] = word(row.acting_role);
  out["application"] = word(row.application);
  out["path"] = row.path;
  out["class"] = class_of(statement);
  out["command"] = command_of(statement);
  out["text"] = word(row.text);
  json::array parameters;
  for (const auto& value : statement.stmt().parameters) parameters.push_back(word(value));
  out["parameters"] = std::move(parameters);
  out["outcome"] = row.outcome;
  out["tag"] = word(row.tag);
  out["rows"] = word(row.rows);
  out["sqlstate"] = word(row.sqlstate);
  out["error"] = word(row.error);
  out["transaction"] = row.txid;
  out["transaction_before"] = word(row.transaction_before);
  out["transaction_after"] = word(row.transaction_after);
  out["tool"] = row.tool != 0;
  out["think_us"] = word(row.think_us);
  out["queued_us"] = word(row.queued_us);
  out["server_us"] = word(row.server_us);
  out["transfer_us"] = word(row.transfer_us);
  put_effects(out, statement);
  return line_of(out);
}

std::string ndjson_line(const Source& source, const journal::Event& event, const Client* client) {
  const journal::Fields fields(event.body);
  if (const auto* const what = gap_word(event.kind)) {
    auto out = head("gap", source, event.attempt, event.at_us);
    out["event"] = what;
    out["seq"] = event.seq;
    out["connection"] = event.connection;
    out["message"] = fields.get_bytes(Field::message);
    return line_of(out);
  }
  if (client == nullptr) return "";
  if (event.kind == Kind::cancel_requested) {
    auto out = head("cancel", source, event.attempt, event.at_us);
    out["seq"] = event.seq;
    put_client(out, *client);
    out["cancels_connection"] = fields.get_int(Field::connection);
    out["cancels_request"] = fields.get_int(Field::request);
    return line_of(out);
  }
  if (event.kind == Kind::copying) {
    auto out = head("copying", source, event.attempt, event.at_us);
    out["seq"] = event.seq;
    put_client(out, *client);
    out["request"] = fields.get_int(Field::request);
    out["ordinal"] = fields.get_int(Field::ordinal);
    out["bytes_in"] = fields.get_int(Field::bytes_in);
    out["bytes_out"] = fields.get_int(Field::bytes_out);
    return line_of(out);
  }
  const auto* const what = connection_word(event.kind);
  if (what == nullptr) return "";
  auto out = head("connection", source, event.attempt, event.at_us);
  out["event"] = what;
  out["seq"] = event.seq;
  put_client(out, *client);
  out["database"] = client->database;
  out["role"] = client->user;
  out["application"] = client->application;
  out["server_tls"] = client->server_tls;
  out["authentication"] = client->authentication;
  out["how"] = fields.get_bytes(Field::how);
  const auto error = fields.find_bytes(Field::error);
  out["sqlstate"] = error ? word(journal::facts::error_field(*error, 'C')) : json::value(nullptr);
  out["error"] = error ? word(journal::facts::error_field(*error, 'M')) : json::value(nullptr);
  return line_of(out);
}

}  // namespace ride::audit
