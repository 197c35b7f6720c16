#include "journal/facts/ddl_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "journal/facts/json.hpp"

namespace ride::journal::facts {
namespace {

constexpr std::string_view mark = "ride: ddl ";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The server adds where a message was raised, innermost first; a DO block of the learner's says so.
bool raised_by_ride(const LogLine& line) {
  return line.context.empty() ||
         line.context.starts_with("PL/pgSQL function ride_ddl_command_end() ") ||
         line.context.starts_with("PL/pgSQL function ride_sql_drop() ");
}

const ColumnState* find_column(const std::vector<ColumnState>& columns, const std::string& name) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace

std::optional<DdlLine> read_ddl_line(const LogLine& line) {
  if (!line.message.starts_with(mark) || !raised_by_ride(line)) return std::nullopt;
  boost::system::error_code error;
  const auto text = std::string_view(line.message).substr(mark.size());
  const auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  DdlLine out;
  out.dropped = json_text(object, "event") == "sql_drop";
  out.tag = json_text(object, "tag");
  out.type = json_text(object, "type");
  out.object = json_text(object, "object");
  out.column = json_text(object, "column");
  out.txid = json_text(object, "txid");
  if (object.if_contains("columns") != nullptr) {
    out.columns.emplace();
    json_each(value, "columns", [&](const boost::json::object& column) {
      out.columns->push_back({json_text(column, "name"), json_text(column, "type"),
                              json_true(column, "not_null"), json_true(column, "default")});
    });
  }
  return out;
}

std::string ddl_action(const DdlLine& line) {
  const auto tag = lower(line.tag);
  if (!line.dropped) return tag == "create table as" || tag == "select into" ? "create table" : tag;
  if (line.type == "table column") return "drop column";
  constexpr std::array<std::string_view, 6> always{"table",    "view",      "materialized view",
                                                   "function", "procedure", "schema"};
  const auto action = "drop " + line.type;
  const bool asked_for = tag == action;
  return asked_for || std::find(always.begin(), always.end(), line.type) != always.end() ? action
                                                                                         : "";
}

std::vector<ColumnChange> compare_columns(const std::vector<ColumnState>& before,
                                          const std::vector<ColumnState>& after) {
  std::vector<ColumnChange> changes;
  for (const auto& old : before)
    if (find_column(after, old.name) == nullptr) changes.push_back({"drop column", old.name});
  for (const auto& now : after) {
    const auto* old = find_column(before, now.name);
    if (old == nullptr) {
      changes.push_back({"add column", now.name});
      continue;
    }
    if (old->type != now.type && !old->type.empty() && !now.type.empty())
      changes.push_back({"alter column type", now.name});
    if (old->not_null != now.not_null)
      changes.push_back({now.not_null ? "set not null" : "drop not null", now.name});
    if (old->has_default != now.has_default)
      changes.push_back({now.has_default ? "set default" : "drop default", now.name});
  }
  return changes;
}

}  // namespace ride::journal::facts
