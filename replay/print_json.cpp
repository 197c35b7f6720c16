#include "base/json.hpp"
#include "replay/print.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

namespace json = boost::json;

json::array array_of(const std::vector<std::optional<std::string>>& values) {
  json::array out;
  for (const auto& value : values)
    out.push_back(value ? json::value(*value) : json::value(nullptr));
  return out;
}

void put(json::object& out, const StatementBegan& statement) {
  out["kind"] = "statement";
  out["n"] = statement.n;
  out["database"] = statement.database;
  out["role"] = statement.role;
  out["text"] = statement.text;
  if (!statement.parameters.empty()) out["parameters"] = array_of(statement.parameters);
  out["transaction"] = std::string(1, statement.transaction);
  out["tool"] = statement.tool;
}

void put(json::object& out, const StatementEnded& answer) {
  out["kind"] = "answer";
  out["n"] = answer.n;
  out["answered"] = answer.answered;
  if (answer.suspended) out["suspended"] = true;
  out["outcome"] = answer.outcome;
  out["tag"] = answer.tag;
  json::array columns;
  for (const auto& column : answer.columns) columns.emplace_back(column.label);
  json::array rows;
  for (const auto& row : answer.rows) rows.emplace_back(array_of(row));
  out["columns"] = std::move(columns);
  out["rows"] = std::move(rows);
  out["rows_counted"] = answer.rows_counted;
  out["omitted_bytes"] = answer.omitted_bytes;
  if (!answer.copied.empty()) out["copied"] = answer.copied;
  if (answer.error)
    out["error"] = {{"severity", answer.error->severity},
                    {"sqlstate", answer.error->sqlstate},
                    {"message", answer.error->message},
                    {"detail", answer.error->detail},
                    {"hint", answer.error->hint}};
  if (!answer.notices.empty()) out["notices"] = json::value_from(answer.notices);
  if (answer.took_us) out["took_us"] = *answer.took_us;
  if (answer.spent)
    out["spent_us"] = {{"think", answer.spent->think},
                       {"queued", answer.spent->queued},
                       {"server", answer.spent->server},
                       {"transfer", answer.spent->transfer}};
  out["transaction"] = std::string(1, answer.transaction);
  out["tool"] = answer.tool;
}

void put(json::object& out, const Note& note) {
  out["kind"] = note.kind;
  out["subject"] = note.subject;
  out["text"] = note.text;
  if (note.n != 0) out["n"] = note.n;
  if (note.blocked_us) out["blocked_us"] = *note.blocked_us;
}

}  // namespace

std::string to_json(const Moment& moment) {
  json::object out{{"seq", moment.seq},
                   {"at_us", moment.at_us},
                   {"since_us", moment.since_us},
                   {"connection", moment.connection}};
  std::visit([&](const auto& what) { put(out, what); }, moment.what);
  return scorer::printable_json(json::serialize(out));
}

}  // namespace ride::replay
