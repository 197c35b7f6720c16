// The columns of pgAudit's session log: AUDIT_TYPE, STATEMENT_ID, SUBSTATEMENT_ID, CLASS, COMMAND,
// OBJECT_TYPE, OBJECT_NAME, STATEMENT, PARAMETER.
#include "audit/command_class.hpp"
#include "audit/export.hpp"
#include "scorer/text.hpp"

namespace ride::audit {
namespace {

// As COPY … CSV: quoted where it must be, quotes doubled.
std::string field_of(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string parameters_of(const Statement& statement) {
  std::string out;
  const auto& values = statement.stmt().parameters;
  for (const auto& value : values) {
    if (&value != &values.front()) out += ',';
    if (value) out += value->empty() ? "\"\"" : field_of(scorer::printable(*value));
  }
  return values.empty() ? "<none>" : out;
}

}  // namespace

std::string csv_line(const Statement& statement) {
  const auto object = object_of(statement);
  std::string out = "AUDIT,SESSION," + std::to_string(statement.row().n) + ",1,";
  out += class_of(statement);
  for (const auto& text :
       {command_of(statement), object.type, object.name, statement.row().text.value_or("")})
    out += ',' + field_of(scorer::printable(text));
  return out + ',' + field_of(parameters_of(statement)) + '\n';
}

}  // namespace ride::audit
