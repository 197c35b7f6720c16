#include "audit/show.hpp"

#include <map>

#include "audit/moment.hpp"
#include "base/json.hpp"
#include "journal/event_json.hpp"
#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "replay/answer.hpp"
#include "replay/story.hpp"
#include "replay/table.hpp"
#include "scorer/text.hpp"
#include "sql/worker.hpp"

namespace ride::audit {
namespace {

namespace json = boost::json;
namespace facts = journal::facts;
using journal::Field;
using scorer::printable;
using scorer::printable_line;

// What a statement and its answers say, read again from the record.
struct Shown {
  std::uint32_t attempt = 0;
  facts::StatementRow row;
  facts::Values parameters;
  std::vector<journal::Seq> answers;
  Client client;
};

struct FieldName {
  char code;
  const char* name;
};
// All that an ErrorResponse can hold (manual, "Error and Notice Message Fields").
constexpr FieldName error_fields[] = {{'S', "severity"},
                                      {'C', "sqlstate"},
                                      {'M', "message"},
                                      {'D', "detail"},
                                      {'H', "hint"},
                                      {'P', "position"},
                                      {'p', "internal_position"},
                                      {'q', "internal_query"},
                                      {'W', "context"},
                                      {'s', "schema"},
                                      {'t', "table"},
                                      {'c', "column"},
                                      {'d', "data_type"},
                                      {'n', "constraint"},
                                      {'F', "source_file"},
                                      {'L', "source_line"},
                                      {'R', "source_routine"}};

json::object error_json(Bytes body) {
  json::object out;
  for (const auto& [code, name] : error_fields)
    if (const auto value = facts::error_field(body, code)) out[name] = *value;
  return out;
}

json::value word(const facts::Text& text) {
  return text ? json::value(*text) : json::value(nullptr);
}
json::value word(const facts::Number& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

class Writer {
 public:
  Writer(journal::Reader& reader, const ShowOptions& options,
         const std::function<void(const std::string&)>& out)
      : reader_(reader), options_(options), out_(out) {}

  void write(const Shown& shown) {
    std::vector<journal::Event> answers;
    for (const auto seq : shown.answers)
      if (auto event = reader_.find(seq)) answers.push_back(std::move(*event));
    out_(options_.json ? json_line(shown, answers) : text(shown, answers));
  }

 private:
  std::string json_line(const Shown& shown, const std::vector<journal::Event>& answers) const;
  std::string text(const Shown& shown, const std::vector<journal::Event>& answers) const;
  std::string answer_text(const journal::Event& event) const;
  std::string bold(const std::string& line) const {
    return options_.color ? "\x1b[1m" + line + "\x1b[0m" : line;
  }
  std::string labelled(const std::string& label, std::string_view text) const;

  journal::Reader& reader_;
  const ShowOptions& options_;
  const std::function<void(const std::string&)>& out_;
};

json::object answer_json(const journal::Event& event) {
  const journal::Fields fields(event.body);
  const auto answer = replay::read_answer(event);
  json::object out{{"seq", event.seq},
                   {"at", iso_time(event.at_us)},
                   {"how", fields.get_bytes(Field::how)},
                   {"tag", answer.tag},
                   {"rows", answer.rows_counted}};
  json::array columns;
  for (const auto& column : answer.columns) columns.emplace_back(column.label);
  json::array rows;
  for (const auto& row : answer.rows) {
    json::array values;
    for (const auto& value : row) values.emplace_back(word(value));
    rows.push_back(std::move(values));
  }
  if (!columns.empty()) out["columns"] = std::move(columns);
  if (!rows.empty()) out["result"] = std::move(rows);
  for (const auto field : {Field::omitted_rows, Field::omitted_bytes, Field::omitted_notices,
                           Field::bytes_in, Field::bytes_out, Field::first_byte_us})
    if (const auto number = fields.find_int(field))
      out[journal::field_name(field)] = static_cast<std::int64_t>(*number);
  if (!answer.copied.empty()) out["copied"] = answer.copied;
  if (const auto error = fields.find_bytes(Field::error)) out["error"] = error_json(*error);
  if (!answer.notices.empty()) out["notices"] = json::value_from(answer.notices);
  if (const auto redacted = fields.find_bytes(Field::redacted)) out["redacted"] = *redacted;
  return out;
}

std::string Writer::json_line(const Shown& shown,
                              const std::vector<journal::Event>& answers) const {
  const auto& row = shown.row;
  json::object out{
      {"attempt", shown.attempt},
      {"n", row.n},
      {"request", row.request},
      {"ordinal", row.ordinal},
      {"connection", row.connection},
      {"started", iso_time(row.started)},
      {"ended", row.ended ? json::value(iso_time(*row.ended)) : json::value(nullptr)},
      {"database", word(row.database)},
      {"role", word(row.role)},
      {"acting_role", word(row.acting_role)},
      {"application", word(row.application)},
      {"peer", shown.client.peer},
      {"tls", shown.client.tls},
      {"pid", shown.client.pid ? json::value(*shown.client.pid) : json::value(nullptr)},
      {"path", row.path},
      {"text", word(row.text)},
      {"tag", word(row.tag)},
      {"outcome", row.outcome},
      {"sqlstate", word(row.sqlstate)},
      {"transaction_before", word(row.transaction_before)},
      {"transaction_after", word(row.transaction_after)},
      {"transaction", row.txid},
      {"batch", row.batch},
      {"fetches", word(row.fetches)},
      {"tool", row.tool != 0},
      {"think_us", word(row.think_us)},
      {"queued_us", word(row.queued_us)},
      {"server_us", word(row.server_us)},
      {"transfer_us", word(row.transfer_us)}};
  json::array parameters;
  for (const auto& value : shown.parameters) parameters.emplace_back(word(value));
  out["parameters"] = std::move(parameters);
  json::array all;
  for (const auto& answer : answers) all.push_back(answer_json(answer));
  out["answers"] = std::move(all);
  return scorer::printable_json(json::serialize(out)) + '\n';
}

// Text with the label before its first line and as much space before the others; not wrapped, so
// that it can be copied.
std::string Writer::labelled(const std::string& label, std::string_view text) const {
  std::string out = label;
  const std::string indent(scorer::display_width(label), ' ');
  for (const char c : printable(text)) {
    out += c;
    if (c == '\n') out += indent;
  }
  return out + '\n';
}

std::string state_word(const facts::Text& state) {
  const auto letter = state.value_or("");
  if (letter == "T") return "in a transaction";
  if (letter == "E") return "in a failed transaction";
  return letter == "I" ? "idle" : "unknown";
}

std::string times_of(const facts::StatementRow& row) {
  if (!row.server_us) return "not answered";
  std::string out;
  if (row.think_us) out += "think " + duration_text(*row.think_us) + ", ";
  return out + "queued " + duration_text(row.queued_us.value_or(0)) + ", server " +
         duration_text(*row.server_us) + ", transfer " + duration_text(row.transfer_us.value_or(0));
}

std::string Writer::text(const Shown& shown, const std::vector<journal::Event>& answers) const {
  const auto& row = shown.row;
  auto out = bold("#" + std::to_string(row.n) + "  " + iso_time(row.started) + "  " + row.outcome +
                  (row.sqlstate ? " " + printable_line(*row.sqlstate) : "")) +
             '\n';
  auto who = "connection " + std::to_string(row.connection) + ", " + row.role.value_or("?") + "@" +
             row.database.value_or("?");
  if (row.acting_role && row.acting_role != row.role) who += " as " + *row.acting_role;
  if (row.application && !row.application->empty()) who += ", " + *row.application;
  if (!shown.client.peer.empty()) who += ", from " + shown.client.peer;
  if (!shown.client.tls.empty()) who += ", " + shown.client.tls;
  if (shown.client.pid) who += ", pid " + std::to_string(*shown.client.pid);
  out += labelled("  session      ", printable_line(who));
  out += labelled("  statement    ", row.text.value_or("(called by its number, without text)"));
  for (std::size_t i = 0; i < shown.parameters.size(); ++i) {
    const auto& value = shown.parameters[i];
    out += labelled("  $" + std::to_string(i + 1) + " = ", value ? "'" + *value + "'" : "NULL");
  }
  out += "  transaction  " + std::to_string(row.txid) +
         ", before: " + state_word(row.transaction_before) +
         ", after: " + state_word(row.transaction_after) + '\n';
  out += "  times        " + times_of(row) + '\n';
  out += "  record       request " + std::to_string(row.request) + ", statement " +
         std::to_string(row.ordinal) + " of it, " + row.path;
  if (row.fetches && *row.fetches > 1)
    out += ", read in " + std::to_string(*row.fetches) + " parts";
  out += row.tool != 0 ? ", a client's own query of the catalog\n" : "\n";
  for (const auto& answer : answers) out += answer_text(answer);
  if (answers.empty())
    out += row.outcome == "skipped" ? "  (skipped by the server, after an error)\n"
                                    : "  (no answer stands in the record)\n";
  return out + '\n';
}

std::string Writer::answer_text(const journal::Event& event) const {
  const journal::Fields fields(event.body);
  const auto answer = replay::read_answer(event);
  std::string out;
  for (const auto& notice : answer.notices) out += labelled("  NOTICE:  ", notice);
  if (const auto count = fields.get_int(Field::omitted_notices); count > 0)
    out += "  (" + std::to_string(count) + " notices more were not kept)\n";
  if (!answer.copied.empty()) out += labelled("  ", answer.copied);
  for (const auto& line : replay::table_of(answer, options_.width, options_.rows_max))
    out += replay::plain_text(line) + '\n';
  if (!answer.columns.empty()) {
    const auto shown = std::min(answer.rows.size(), options_.rows_max);
    out +=
        "(" + std::to_string(answer.rows_counted) + (answer.rows_counted == 1 ? " row" : " rows");
    if (static_cast<std::int64_t>(shown) < answer.rows_counted)
      out += ", the first " + std::to_string(shown) + " shown, " +
             std::to_string(answer.rows.size()) + " kept";
    out += ")\n";
  }
  if (answer.omitted_bytes > 0)
    out += "  (" + std::to_string(answer.omitted_bytes) + " bytes were not kept)\n";
  if (const auto error = fields.find_bytes(Field::error))
    for (const auto& [code, name] : error_fields)
      if (const auto value = facts::error_field(*error, code))
        out += labelled("  " + std::string(name) + ": ", *value);
  if (const auto redacted = fields.find_bytes(Field::redacted))
    out += labelled("  redacted: ", *redacted);
  const auto how = fields.get_bytes(Field::how);
  out += "  -> " + printable_line(answer.tag.empty() ? std::string(how) : answer.tag) + "  " +
         iso_time(event.at_us) + '\n';
  return out;
}

}  // namespace

std::size_t show(journal::Reader& reader, const ShowOptions& options,
                 const std::function<void(const std::string&)>& out) {
  const auto attempt = replay::choose_attempt(reader, options.attempt);
  Writer writer(reader, options, out);
  std::map<std::int64_t, std::optional<Shown>> waiting;  // by n; nothing: not to be shown
  std::int64_t next = 1;
  std::size_t shown = 0;
  const auto hear = [&](const Statement& statement) {
    const auto& row = statement.row();
    auto& slot = waiting[row.n];
    const bool wanted = row.n >= options.first && row.n <= options.last &&
                        (!options.connection || row.connection == *options.connection);
    if (wanted)
      slot = Shown{statement.attempt, row, statement.stmt().parameters, statement.streamed.answers,
                   statement.client};
    for (; !waiting.empty() && waiting.begin()->first == next; ++next) {
      if (const auto& one = waiting.begin()->second) {
        writer.write(*one);
        ++shown;
      }
      waiting.erase(waiting.begin());
    }
  };
  sql::Analyser analyser;
  Walk walk(analyser, {.statement = hear});
  auto cursor = reader.events({.attempt = attempt, .kinds = {}, .after = 0});
  for (journal::Event event; next <= options.last && cursor.next(event);) walk.add(event);
  if (next <= options.last) walk.finish();
  return shown;
}

}  // namespace ride::audit
