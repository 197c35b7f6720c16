#include "audit/command_class.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "sql/statement.hpp"

namespace ride::audit {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

const sql::Analysis& analysis_of(const Statement& statement) {
  static const sql::Analysis nothing;
  return statement.stmt().own ? *statement.stmt().own : nothing;
}

bool begins_with_any(const std::string& command, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return command.starts_with(word); });
}

bool is_role(const sql::Analysis& analysis) {
  return !analysis.role_changes.empty() ||
         begins_with_any(analysis.command, {"grant", "revoke", "create role", "create user",
                                            "alter role", "alter user", "drop role", "drop user",
                                            "create group", "drop group", "alter default"});
}

bool is_ddl(const sql::Analysis& analysis) {
  return !analysis.ddl.empty() ||
         begins_with_any(analysis.command, {"create", "alter", "drop", "comment", "refresh",
                                            "reindex", "security label", "import foreign"});
}

}  // namespace

std::string_view class_of(const Statement& statement) {
  const auto& analysis = analysis_of(statement);
  const auto& command = analysis.command;
  if (statement.row().path == "function" || command == "do" || command == "call") return "FUNCTION";
  if (analysis.explain || analysis.prepare || analysis.execute) return "MISC";
  if (is_role(analysis)) return "ROLE";
  if (command == "copy") return analysis.copy && analysis.copy->from ? "WRITE" : "READ";
  if (begins_with_any(command, {"insert", "update", "delete", "truncate", "merge"})) return "WRITE";
  if (command == "select" && !analysis.writes.empty()) return "WRITE";
  if (is_ddl(analysis)) return "DDL";
  if (command == "select" || command == "values" || command == "table") return "READ";
  return "MISC";
}

std::string command_of(const Statement& statement) {
  const auto& command = analysis_of(statement).command;
  if (!command.empty()) return upper(command);
  if (statement.row().path == "function") return "FUNCTION CALL";
  auto tag = statement.row().tag.value_or("");  // "UPDATE 3": the words before its numbers
  return tag.substr(0, tag.find_first_of("0123456789") == std::string::npos
                           ? tag.size()
                           : tag.find_first_of("0123456789") - 1);
}

ObjectName object_of(const Statement& statement) {
  const auto effects = statement.effects();
  std::set<std::string> objects;
  if (!effects.ddl.empty()) {
    for (const auto& row : effects.ddl)
      if (row.object) objects.insert(*row.object);
    const auto& type = analysis_of(statement).ddl.front().object_type;
    if (objects.size() == 1) return {upper(type), *objects.begin()};
    return {};
  }
  for (const auto& row : effects.writes) objects.insert(row.relation);
  if (objects.empty())
    for (const auto& row : effects.reads) objects.insert(row.relation);
  if (objects.size() == 1) return {"TABLE", *objects.begin()};
  return {};
}

Activity activity_of(const Statement& statement) {
  const auto kind = class_of(statement);
  const auto& command = analysis_of(statement).command;
  if (kind == "READ") return {4, "Query"};
  if (begins_with_any(command, {"create", "import"})) return {6, "Create"};
  if (begins_with_any(command, {"drop", "delete", "truncate"})) return {7, "Delete"};
  if (begins_with_any(command, {"insert", "copy"})) return {5, "Write"};
  if (kind == "WRITE" || kind == "DDL" || kind == "ROLE") return {2, "Update"};
  return {99, "Other"};
}

}  // namespace ride::audit
