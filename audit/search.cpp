#include "audit/search.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "audit/files.hpp"
#include "audit/index.hpp"
#include "audit/moment.hpp"
#include "base/json.hpp"
#include "journal/reader.hpp"
#include "scorer/text.hpp"

namespace ride::audit {
namespace {

namespace json = boost::json;
constexpr char match_begins = '\x01';
constexpr char match_ends = '\x02';

bool has_word(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c >= 0x80; });
}

// Words, and what stands between quotes as one.
std::vector<std::string> words_of(const std::string& query) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : query) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  std::erase_if(out, [](const std::string& word) { return !has_word(word); });
  return out;
}

// Every word as a phrase of FTS5's, so that nothing in it is an operator.
std::string match_of(const std::string& query) {
  std::string out;
  for (auto word : words_of(query)) {
    const bool prefix = word.ends_with('*');
    if (prefix) word.pop_back();
    out += (out.empty() ? "\"" : " AND \"") + word + (prefix ? "\"*" : "\"");
  }
  return out;
}

struct Condition {
  std::string sql;
  std::string value;
};

// A name with a schema is that one, one without is in any.
Condition named(const char* column, const std::string& name) {
  if (name.find('.') != std::string::npos)
    return {std::string("instr(") + column + ", ' ' || lower(?) || ' ')", name};
  return {std::string("instr(replace(") + column + ", '.', ' '), ' ' || lower(?) || ' ')", name};
}

std::vector<Condition> conditions_of(const SearchOptions& options) {
  std::vector<Condition> out;
  const auto equal = [&](const char* column, const std::string& value) {
    if (!value.empty()) out.push_back({std::string(column) + " = ?", value});
  };
  equal("s.database", options.database);
  equal("s.outcome", options.outcome);
  equal("s.sqlstate", options.sqlstate);
  equal("s.role", options.role);
  equal("s.application", options.application);
  if (!options.relation.empty()) out.push_back(named("s.relations", options.relation));
  if (!options.function.empty()) out.push_back(named("s.functions", options.function));
  if (options.attempt)
    out.push_back({"s.attempt = CAST(? AS INTEGER)", std::to_string(*options.attempt)});
  if (options.since_us)
    out.push_back({"s.at_us >= CAST(? AS INTEGER)", std::to_string(*options.since_us)});
  if (options.until_us)
    out.push_back({"s.at_us < CAST(? AS INTEGER)", std::to_string(*options.until_us)});
  return out;
}

std::string sql_of(const SearchOptions& options, const std::vector<Condition>& conditions) {
  std::string columns =
      "s.attempt, s.n, s.connection, s.at_us, s.outcome, s.sqlstate, s.database, s.role, "
      "s.application";
  std::string where;
  std::string from = "statement s JOIN words ON words.rowid = s.id";
  if (options.query.empty()) {
    columns += ", words.text";
  } else {
    for (int field = 0; field < 4; ++field)
      columns += ", snippet(words, " + std::to_string(field) + ", char(1), char(2), '…', 24)";
    from = "words JOIN statement s ON s.id = words.rowid";
    where = "words MATCH ?";
  }
  for (const auto& condition : conditions) where += (where.empty() ? "" : " AND ") + condition.sql;
  return "SELECT " + columns + " FROM " + from + (where.empty() ? "" : " WHERE " + where) +
         " ORDER BY " + (options.query.empty() ? "s.id" : "words.rowid");
}

void read_context(scorer::Query& query, bool matched, Hit& hit) {
  constexpr std::size_t context_bytes_max = 240;
  hit.field = "text";
  if (!matched) {
    hit.context = query.text(9).substr(0, context_bytes_max);
    return;
  }
  int at = 9;
  for (const auto* field : {"text", "parameters", "result", "error"}) {
    auto snippet = query.text(at++);
    if (snippet.find(match_begins) == std::string::npos) continue;
    hit.field = field;
    hit.context = std::move(snippet);
    return;
  }
}

}  // namespace

bool is_searchable(const std::string& query) {
  return query.find_first_not_of(' ') == std::string::npos || !words_of(query).empty();
}

std::size_t search(const std::filesystem::path& file, const SearchOptions& options,
                   const std::filesystem::path& folder,
                   const std::function<void(const std::filesystem::path&)>& building,
                   const std::function<void(const Hit&)>& found) {
  if (!options.learner.empty() || !options.scenario.empty()) {
    journal::Reader reader(file);
    const auto origin = origin_of(reader);
    if (!options.learner.empty() && origin.learner != options.learner) return 0;
    if (!options.scenario.empty() && origin.scenario != options.scenario) return 0;
  }
  const auto index = open_index(file, folder, [&] { building(file); });
  const auto conditions = conditions_of(options);
  scorer::Query query(index.get(), sql_of(options, conditions));
  int at = 0;
  if (!options.query.empty()) query.bind(++at, match_of(options.query));
  for (const auto& condition : conditions) query.bind(++at, condition.value);
  std::size_t hits = 0;
  while (query.step()) {
    Hit hit;
    hit.file = file;
    hit.attempt = static_cast<std::uint32_t>(query.integer(0));
    hit.n = query.integer(1);
    hit.connection = query.integer(2);
    hit.at_us = query.integer(3);
    hit.outcome = query.text(4);
    hit.sqlstate = query.text(5);
    hit.database = query.text(6);
    hit.role = query.text(7);
    hit.application = query.text(8);
    read_context(query, !options.query.empty(), hit);
    found(hit);
    ++hits;
  }
  return hits;
}

std::string hit_text(const Hit& hit, bool color) {
  auto out = scorer::printable_line(hit.file.string()) + "  #" + std::to_string(hit.n);
  if (hit.attempt > 1) out += " of attempt " + std::to_string(hit.attempt);
  out += "  connection " + std::to_string(hit.connection) + "  " + iso_time(hit.at_us) + "  " +
         scorer::printable_line(hit.role + "@" + hit.database) + "  " + hit.outcome;
  if (!hit.sqlstate.empty()) out += " " + scorer::printable_line(hit.sqlstate);
  out += "\n    " + (hit.field == "text" ? "" : hit.field + ": ");
  std::string piece;
  const auto flush = [&] {
    out += scorer::printable_line(piece);
    piece.clear();
  };
  for (const char c : hit.context) {
    if (c != match_begins && c != match_ends) {
      piece += c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
      continue;
    }
    flush();
    out += c == match_begins ? (color ? "\x1b[1;31m" : "»") : (color ? "\x1b[0m" : "«");
  }
  flush();
  return out + (color ? "\x1b[0m\n" : "\n");
}

std::string hit_json(const Hit& hit) {
  json::array pieces;  // matches are the odd ones
  std::string piece;
  for (const char c : hit.context) {
    if (c != match_begins && c != match_ends) {
      piece += c;
      continue;
    }
    pieces.emplace_back(piece);
    piece.clear();
  }
  pieces.emplace_back(piece);
  const json::object out{{"file", hit.file.string()},
                         {"attempt", hit.attempt},
                         {"n", hit.n},
                         {"connection", hit.connection},
                         {"time", iso_time(hit.at_us)},
                         {"database", hit.database},
                         {"role", hit.role},
                         {"application", hit.application},
                         {"outcome", hit.outcome},
                         {"sqlstate", hit.sqlstate},
                         {"field", hit.field},
                         {"context", std::move(pieces)}};
  return scorer::printable_json(json::serialize(out)) + '\n';
}

}  // namespace ride::audit
