#include "journal/facts/saw.hpp"

#include <algorithm>
#include <cctype>

namespace ride::journal::facts {
namespace {

constexpr std::size_t saw_values_max = 1'000'000;  // of one statement; the record keeps fewer

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The columns of a copied table, as far as names go; a column list in the text wins.
std::vector<Text> copy_columns(const Stmt& stmt, const Relation* relation) {
  std::vector<Text> names;
  const auto text = lower(stmt.effect);
  const auto open = text.find('(');
  const auto to = text.find(" to ");
  if (open != std::string::npos && open < to) {
    auto rest = text.substr(open + 1, text.find(')', open) - open - 1);
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      auto name = rest.substr(0, comma);
      std::erase_if(name, [](unsigned char c) { return std::isspace(c) != 0 || c == '"'; });
      names.emplace_back(name);
      rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    }
  } else if (relation != nullptr) {
    for (const auto& column : relation->columns) names.emplace_back(column.name);
  }
  return names;
}

// COPY relation TO STDOUT; of COPY (query) TO STDOUT the columns have no names in the record.
std::vector<SawRow> copied(const Stmt& stmt, const Relations& relations) {
  std::vector<SawRow> rows;
  const auto text = lower(stmt.effect);
  const auto keyword = text.find("copy");
  const auto subject = text.find_first_not_of(" \t\r\n", keyword + 4);
  const bool of_table = subject != std::string::npos && text[subject] != '(';
  Text relation;
  std::vector<Text> names;
  if (of_table && !stmt.runs->reads.empty()) {
    relation = relations.resolve(stmt.row.database, stmt.runs->reads.front().name);
    names = copy_columns(stmt, relations.find(stmt.row.database, *relation));
  }
  const bool csv = text.find("csv", text.rfind("stdout")) != std::string::npos;
  std::int64_t number = 0;
  for (const auto* answer : stmt.answers) {
    if (!answer->copy_data || answer->binary_copy) continue;
    for (const auto& values : read_copy(*answer->copy_data, csv, csv ? ',' : '\t')) {
      for (std::size_t i = 0; i < values.size() && rows.size() < saw_values_max; ++i)
        rows.push_back({stmt.row.n, number, static_cast<std::int64_t>(i), relation,
                        i < names.size() ? names[i] : Text(), values[i]});
      ++number;
    }
  }
  return rows;
}

}  // namespace

Result result_of(const Stmt& stmt) {
  Result result;
  for (const auto* answer : stmt.answers) {
    if (answer->columns && result.columns.empty()) result.columns = read_columns(*answer->columns);
    if (answer->omitted_rows.value_or(0) != 0) result.complete = false;
    if (!answer->data) continue;
    for (auto& raw : read_rows(*answer->data)) {
      for (std::size_t i = 0; i < raw.size() && i < result.columns.size(); ++i)
        raw[i] = to_text(raw[i], result.columns[i].type, result.columns[i].binary);
      result.rows.push_back(std::move(raw));
    }
  }
  return result;
}

std::vector<SawRow> saw_rows(const Stmt& stmt, const Relations& relations) {
  if (stmt.runs->copy && stmt.runs->copy->client && !stmt.runs->copy->from)
    return copied(stmt, relations);
  std::vector<SawRow> rows;
  const auto result = result_of(stmt);
  std::vector<Text> from;
  std::vector<Text> names;
  for (const auto& column : result.columns) {
    const auto* relation = relations.find(stmt.row.database, column.table);
    from.push_back(relation == nullptr ? Text() : Text(relation->name));
    names.emplace_back(column.label);
    if (relation == nullptr) continue;
    if (const auto known = relation->by_attribute.find(column.attribute);
        known != relation->by_attribute.end())
      names.back() = known->second;  // an alias hides nothing
  }
  std::int64_t number = 0;
  for (const auto& values : result.rows) {
    for (std::size_t i = 0; i < values.size() && rows.size() < saw_values_max; ++i)
      rows.push_back({stmt.row.n, number, static_cast<std::int64_t>(i),
                      i < from.size() ? from[i] : Text(), i < names.size() ? names[i] : Text(),
                      values[i]});
    ++number;
  }
  return rows;
}

}  // namespace ride::journal::facts
