// OCSF, class Datastore Activity (6005). The schema's required attributes and enums are checked in
// tests/audit/export_ocsf_test.cpp.
#include <charconv>

#include "audit/command_class.hpp"
#include "audit/export.hpp"
#include "base/json.hpp"
#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "scorer/text.hpp"

namespace ride::audit {
namespace {

namespace json = boost::json;
using journal::Field;
using journal::Kind;

constexpr int class_uid = 6005;
constexpr std::int64_t us_per_ms = 1'000;

struct Status {
  int id = 0;
  std::string_view name;
};

// "127.0.0.1:40112" or "[::1]:40112" as ip and port; anything else, a unix socket, by its name.
// Behind a PROXY protocol header the client that it names counts.
json::object endpoint_of(const std::string& recorded) {
  const auto peer = recorded.substr(0, recorded.find(" via "));
  const auto colon = peer.rfind(':');
  int port = 0;
  if (colon != std::string::npos && peer.find(' ') == std::string::npos) {
    std::from_chars(peer.data() + colon + 1, peer.data() + peer.size(), port);
    auto ip = peer.substr(0, colon);
    if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
    if (port > 0) return {{"ip", ip}, {"port", port}};
  }
  return {{"name", peer.empty() ? "unknown" : peer}};
}

json::object head(const Source& source, std::uint32_t attempt, const Client& client,
                  const Activity& activity, std::int64_t at_us, const std::string& uid) {
  json::object out;
  out.reserve(32);
  out["class_uid"] = class_uid;
  out["class_name"] = "Datastore Activity";
  out["category_uid"] = 6;
  out["category_name"] = "Application Activity";
  out["activity_id"] = activity.id;
  out["activity_name"] = activity.name;
  out["type_uid"] = class_uid * 100 + activity.id;
  out["type_name"] = "Datastore Activity: " + std::string(activity.name);
  out["severity_id"] = 1;
  out["severity"] = "Informational";
  out["time"] = at_us / us_per_ms;
  out["metadata"] = {
      {"version", ocsf_version},
      {"uid", uid},
      {"log_name", source.file},
      {"log_provider", "ride"},
      {"product",
       {{"name", "ride"}, {"vendor_name", "ride"}, {"version", source.program_version}}}};
  out["actor"] = {{"user", {{"name", client.user}}},
                  {"session",
                   {{"uid", source.file_id + ":" + std::to_string(attempt) + ":" +
                                std::to_string(client.connection)}}},
                  {"app_name", client.application}};
  out["src_endpoint"] = endpoint_of(client.peer);
  out["dst_endpoint"] = {{"svc_name", "postgresql"}};
  out["database"] = {{"name", client.database.empty() ? "unknown" : client.database},
                     {"type_id", 1},
                     {"type", "Relational"}};
  out["type_id"] = 1;
  out["type"] = "Database";
  return out;
}

void put_status(json::object& out, const Status& status) {
  out["status_id"] = status.id;
  out["status"] = status.name;
}

// What was undone is neither success nor failure.
Status status_of(const std::string& outcome) {
  if (outcome == "committed") return {1, "Success"};
  if (outcome == "failed") return {2, "Failure"};
  if (outcome == "unknown") return {0, "Unknown"};
  return {99, outcome};
}

std::string line_of(const json::object& object) {
  return scorer::printable_json(json::serialize(object)) + '\n';
}

std::string uid_of(const Source& source, std::uint64_t seq, std::int64_t ordinal) {
  return source.file_id + ":" + std::to_string(seq) + ":" + std::to_string(ordinal);
}

}  // namespace

std::string ocsf_line(const Source& source, const Statement& statement) {
  const auto& row = statement.row();
  auto client = statement.client;
  if (row.application) client.application = *row.application;
  auto out = head(source, statement.attempt, client, activity_of(statement), row.started,
                  uid_of(source, static_cast<std::uint64_t>(row.request), row.ordinal));
  put_status(out, status_of(row.outcome));
  if (row.sqlstate) out["status_code"] = *row.sqlstate;
  if (row.error) out["status_detail"] = *row.error;
  out["start_time"] = row.started / us_per_ms;
  if (row.ended) {
    out["end_time"] = *row.ended / us_per_ms;
    out["duration"] = (*row.ended - row.started) / us_per_ms;
  }
  out["query_info"] = {{"query_string", row.text.value_or("(called by its number, without text)")},
                       {"uid", std::to_string(statement.attempt) + "/" + std::to_string(row.n)}};
  if (const auto object = object_of(statement); object.type == "TABLE")
    out["table"] = {{"name", object.name}};
  json::array parameters;
  for (const auto& value : statement.stmt().parameters)
    parameters.push_back(value ? json::value(*value) : json::value(nullptr));
  out["unmapped"] = {{"n", row.n},
                     {"outcome", row.outcome},
                     {"command", command_of(statement)},
                     {"class", class_of(statement)},
                     {"parameters", std::move(parameters)},
                     {"transaction", row.txid},
                     {"learner", source.origin.learner},
                     {"scenario", source.origin.scenario}};
  return line_of(out);
}

std::string ocsf_line(const Source& source, const journal::Event& event, const Client* client) {
  const bool opened = event.kind == Kind::connection_ready;
  const bool refused = event.kind == Kind::connection_refused;
  const bool closed = event.kind == Kind::connection_closed;
  if (client == nullptr || (!opened && !refused && !closed)) return "";
  const journal::Fields fields(event.body);
  auto out = head(source, event.attempt, *client,
                  closed ? Activity{99, "Disconnect"} : Activity{3, "Connect"}, event.at_us,
                  uid_of(source, event.seq, 0));
  put_status(out, refused ? Status{2, "Failure"} : Status{1, "Success"});
  if (const auto error = fields.find_bytes(Field::error)) {
    if (const auto code = journal::facts::error_field(*error, 'C')) out["status_code"] = *code;
    if (const auto text = journal::facts::error_field(*error, 'M')) out["status_detail"] = *text;
  }
  if (closed) out["status_detail"] = fields.get_bytes(Field::how);
  return line_of(out);
}

}  // namespace ride::audit
