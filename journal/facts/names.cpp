#include "journal/facts/names.hpp"

namespace ride::journal::facts {

void Names::apply(const sql::Analysis& analysis) {
  if (analysis.prepare) statements[analysis.prepare->name] = {analysis.prepare->body, {}};
  if (analysis.deallocate) {
    if (analysis.deallocate->empty()) {
      statements.clear();
    } else {
      statements.erase(*analysis.deallocate);
    }
  }
  if (!analysis.cursor) return;
  const auto& cursor = *analysis.cursor;
  if (cursor.kind == sql::Cursor::Kind::declare)
    portals[cursor.name] = {.text = cursor.body, .parameters = {}, .cursor = true};
  if (cursor.kind != sql::Cursor::Kind::close) return;
  if (cursor.name.empty()) {
    portals.clear();
  } else {
    portals.erase(cursor.name);
  }
}

Values literal_values(const std::vector<sql::Argument>& arguments) {
  Values values;
  for (const auto& argument : arguments)
    values.push_back(argument.kind == sql::Argument::Kind::literal ? Value(argument.text)
                                                                   : Value());
  return values;
}

}  // namespace ride::journal::facts
