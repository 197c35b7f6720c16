#include "replay/report_data.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <unordered_map>
#include <utility>

#include "base/json.hpp"
#include "scorer/card.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

namespace json = boost::json;

// As in the player.
constexpr std::size_t value_bytes_max = 4'096;
constexpr std::size_t text_bytes_max = 16'384;
constexpr std::size_t rows_max = 2'000;

std::string shown(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return scorer::printable(text);
  auto end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return scorer::printable(text.substr(0, end)) + " … (" + std::to_string(text.size() - end) +
         " more bytes)";
}

std::string shown(std::string_view text) { return shown(text, text_bytes_max); }

// Every string of a value that was serialized before.
json::value harmless(json::value value) {
  if (auto* text = value.if_string()) return json::value(shown(*text));
  if (auto* array = value.if_array())
    for (auto& element : *array) element = harmless(std::move(element));
  if (auto* object = value.if_object())
    for (auto& [key, element] : *object) element = harmless(std::move(element));
  return value;
}

json::array array_of(const std::vector<std::optional<std::string>>& values, std::size_t bytes_max) {
  json::array out;
  for (const auto& value : values)
    out.push_back(value ? json::value(shown(*value, bytes_max)) : json::value(nullptr));
  return out;
}

// Absent where it says nothing.
void put(json::object& out, const char* key, std::string text) {
  if (!text.empty()) out[key] = std::move(text);
}
void put(json::object& out, const char* key, std::int64_t number) {
  if (number != 0) out[key] = number;
}

std::size_t size_of(const std::vector<std::optional<std::string>>& row) {
  std::size_t size = 4 * row.size();
  for (const auto& value : row) size += value ? std::min(value->size(), value_bytes_max) : 4;
  return size;
}

// Rows up to a limit; what is missing is told by `counted`.
void put_result(json::object& out, const StatementEnded& answer, std::size_t bytes_max) {
  json::array columns;
  for (const auto& column : answer.columns)
    columns.push_back(json::array{shown(column.label, value_bytes_max), column.right ? 1 : 0});
  if (columns.empty()) return;
  json::array rows;
  std::size_t size = 0;
  for (const auto& row : answer.rows) {
    size += size_of(row);
    // One row at least, in short, so that there is something to see.
    if (rows.size() == rows_max || (size > bytes_max && !rows.empty())) break;
    const auto share = size > bytes_max ? bytes_max / std::max<std::size_t>(row.size(), 1) : size;
    rows.push_back(array_of(row, std::min(value_bytes_max, std::max<std::size_t>(share, 16))));
  }
  out["cols"] = std::move(columns);
  out["rows"] = std::move(rows);
}

json::object object_of(const ServerError& error) {
  json::object out{{"severity", shown(error.severity)},
                   {"sqlstate", shown(error.sqlstate)},
                   {"message", shown(error.message)}};
  put(out, "detail", shown(error.detail));
  put(out, "hint", shown(error.hint));
  return out;
}

json::object object_of(const StatementEnded& answer, std::int64_t at, std::size_t bytes_max) {
  json::object out{{"at", at}, {"tx", std::string(1, answer.transaction)}};
  put(out, "tag", shown(answer.tag));
  put(out, "outcome", shown(answer.outcome));
  put_result(out, answer, bytes_max);
  put(out, "counted", answer.rows_counted);
  put(out, "omitted", answer.omitted_bytes);
  put(out, "copied", shown(answer.copied, std::min(text_bytes_max, bytes_max)));
  if (answer.error) out["error"] = object_of(*answer.error);
  json::array notices;
  for (const auto& notice : answer.notices) notices.emplace_back(shown(notice));
  if (!notices.empty()) out["notices"] = std::move(notices);
  if (answer.took_us) out["took"] = *answer.took_us;
  if (answer.spent)
    out["spent"] = json::array{answer.spent->think, answer.spent->queued, answer.spent->server,
                               answer.spent->transfer};
  if (!answer.answered) out["unanswered"] = true;
  if (answer.suspended) out["suspended"] = true;
  return out;
}

// Puts answers to their statements, and notes between statements.
class Gatherer {
 public:
  explicit Gatherer(std::size_t answers)
      : result_bytes_(std::clamp(results_bytes_max / std::max<std::size_t>(answers, 1),
                                 result_bytes_min, result_bytes_max)) {}

  void hear(const Moment& moment) {
    std::visit([&](const auto& what) { take(moment, what); }, moment.what);
  }

  json::array texts, statements, notes;

 private:
  void take(const Moment& at, const StatementBegan& what) {
    auto& out = begin(at, what.n);
    const auto [text, added] = text_of_.try_emplace(what.text, texts.size());
    if (added) texts.emplace_back(shown(what.text));
    out["t"] = text->second;
    put(out, "db", shown(what.database));
    put(out, "role", shown(what.role));
    out["tx"] = std::string(1, what.transaction);
    if (!what.parameters.empty()) out["p"] = array_of(what.parameters, value_bytes_max);
    if (what.tool) out["tool"] = true;
  }

  void take(const Moment& at, const StatementEnded& what) {
    const auto found = last_.find({at.connection, what.n});
    auto& out = found == last_.end() ? begin(at, what.n) : statements[found->second].as_object();
    if (!out.contains("a")) out["a"] = json::array();
    out["a"].as_array().push_back(object_of(what, at.since_us, result_bytes_));
  }

  void take(const Moment& at, const Note& what) {
    json::object out{{"at", at.since_us}, {"k", what.kind}, {"x", shown(what.text)}};
    put(out, "c", std::int64_t{at.connection});
    put(out, "s", shown(what.subject));
    put(out, "w", static_cast<std::int64_t>(what.weight));
    put(out, "n", what.n);
    out["i"] = statements.size();
    notes.push_back(std::move(out));
  }

  json::object& begin(const Moment& at, std::int64_t n) {
    last_[{at.connection, n}] = statements.size();
    statements.push_back(json::object{{"n", n}, {"c", at.connection}, {"at", at.since_us}});
    return statements.back().as_object();
  }

  std::size_t result_bytes_;
  std::unordered_map<std::string, std::size_t> text_of_;
  std::map<std::pair<journal::ConnectionId, std::int64_t>, std::size_t> last_;
};

json::array array_of(const std::vector<journal::facts::WaitRow>& waits, std::int64_t began_us) {
  json::array out;
  for (const auto& wait : waits) {
    json::object row{{"from", wait.seen - began_us}};
    if (wait.acquired) row["to"] = *wait.acquired - began_us;
    put(row, "n", wait.statement.value_or(0));
    put(row, "by", wait.blocker_statement.value_or(0));
    put(row, "waiter", shown(wait.waiter.value_or("")));
    put(row, "blocker", shown(wait.blocker.value_or("")));
    put(row, "lock", shown(wait.lock.value_or("")));
    put(row, "relation", shown(wait.relation.value_or("")));
    out.push_back(std::move(row));
  }
  return out;
}

// Who and what it is about, and the card.
json::object head_of(const Report& report, std::int64_t began_us) {
  json::object out{{"version", 1},
                   {"title", shown(report.title)},
                   {"attempt", report.attempt},
                   {"began", began_us}};
  put(out, "ungraded", shown(report.ungraded));
  json::array damages;
  for (const auto& damage : report.damages) damages.emplace_back(shown(damage));
  out["damages"] = std::move(damages);
  if (!report.score) return out;
  const auto& rules = report.score->rules;
  out["scenario"] = {{"title", shown(rules.title)},
                     {"topic", shown(rules.topic)},
                     {"level", shown(rules.level)},
                     {"minutes", shown(rules.minutes)}};
  json::object titles;
  for (const auto& rule : report.score->verdict.checks) titles[rule.id] = shown(rule.title);
  out["rules"] = std::move(titles);
  out["card"] = harmless(json::parse(scorer::card_json(*report.score)));
  return out;
}

void write(std::ostream& out, const char* key, const json::value& value) {
  out << ",\n\"" << key << "\":" << for_script(json::serialize(value));
}

// One a line, and one in memory as text.
void write_lines(std::ostream& out, const char* key, const json::array& values) {
  out << ",\n\"" << key << "\":[";
  const char* between = "\n";
  for (const auto& value : values) {
    out << between << for_script(json::serialize(value));
    between = ",\n";
  }
  out << "]";
}

}  // namespace

std::string for_script(std::string_view json) {
  constexpr std::string_view separators = "\xe2\x80\xa8\xe2\x80\xa9";  // U+2028 and U+2029
  std::string out;
  out.reserve(json.size() + json.size() / 32);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto three = json.substr(i, 3);
    if (json[i] == '<') {
      out += "\\u003c";
    } else if (json[i] == '>') {
      out += "\\u003e";
    } else if (json[i] == '&') {
      out += "\\u0026";
    } else if (three == separators.substr(0, 3) || three == separators.substr(3)) {
      out += three == separators.substr(0, 3) ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += json[i];
    }
  }
  return out;
}

void write_report_data(const Report& report, std::ostream& out) {
  const auto& moments = report.moments;
  const auto answers = std::count_if(moments.begin(), moments.end(), [](const Moment& moment) {
    return std::holds_alternative<StatementEnded>(moment.what);
  });
  Gatherer gatherer(static_cast<std::size_t>(answers));
  for (const auto& moment : moments) gatherer.hear(moment);
  const auto began = moments.empty() ? 0 : moments.front().at_us - moments.front().since_us;
  auto head = for_script(json::serialize(head_of(report, began)));
  head.pop_back();  // its brace: the lists follow
  out << head;
  write(out, "length", moments.empty() ? 0 : moments.back().since_us);
  write_lines(out, "waits", array_of(report.waits, began));
  write_lines(out, "texts", gatherer.texts);
  write_lines(out, "statements", gatherer.statements);
  write_lines(out, "notes", gatherer.notes);
  out << "}\n";
}

}  // namespace ride::replay
