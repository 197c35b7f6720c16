#include "sql/analyse.hpp"

#include <pg_query.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sql/command.hpp"
#include "sql/ddl.hpp"
#include "sql/gather.hpp"
#include "sql/roles.hpp"
#include "sql/split.hpp"
#include "sql/token.hpp"
#include "sql/tree.hpp"

namespace ride::sql {
namespace {

void analyse_node(const Json& statement, std::string_view text, Analysis& out);

std::string fingerprint(std::string_view text) {
  const std::string terminated(text);
  PgQueryFingerprintResult result = pg_query_fingerprint(terminated.c_str());
  std::string out = result.error == nullptr ? result.fingerprint_str : "";
  pg_query_free_fingerprint_result(result);
  return out;
}

// What follows the word outside parentheses, up to the end of the statement: the body of
// PREPARE … AS and DECLARE … FOR, of which the tree does not say where it stands.
std::string body_after(std::string_view text, std::string_view word) {
  const auto tokens = scan_words(text);
  if (!tokens) return {};
  std::size_t depth = 0;
  std::size_t begin = std::string_view::npos;
  for (std::size_t i = 2; i < tokens->size(); ++i) {  // behind PREPARE and the name
    const Token& token = (*tokens)[i];
    if (token.text == "(") ++depth;
    if (token.text == ")" && depth > 0) --depth;
    if (depth > 0) continue;
    if (begin != std::string_view::npos && token.text == ";")
      return std::string(text.substr(begin, token.start - begin));
    if (begin == std::string_view::npos && token.kind == TokenKind::word &&
        equals_ignoring_case(token.text, word) && i + 1 < tokens->size())
      begin = (*tokens)[i + 1].start;
  }
  return begin == std::string_view::npos ? std::string() : std::string(text.substr(begin));
}

void analyse_transaction(const Fields& fields, Analysis& out) {
  using Kind = TransactionControl::Kind;
  constexpr auto kinds = std::to_array<std::pair<std::string_view, Kind>>({
      {"TRANS_STMT_BEGIN", Kind::begin},
      {"TRANS_STMT_START", Kind::begin},
      {"TRANS_STMT_COMMIT", Kind::commit},
      {"TRANS_STMT_ROLLBACK", Kind::rollback},
      {"TRANS_STMT_SAVEPOINT", Kind::savepoint},
      {"TRANS_STMT_RELEASE", Kind::release},
      {"TRANS_STMT_ROLLBACK_TO", Kind::rollback_to},
      {"TRANS_STMT_PREPARE", Kind::prepare},
      {"TRANS_STMT_COMMIT_PREPARED", Kind::commit_prepared},
      {"TRANS_STMT_ROLLBACK_PREPARED", Kind::rollback_prepared},
  });
  const std::string kind = text_at(fields, "kind");
  for (const auto& [name, value] : kinds)
    if (name == kind) out.transaction.emplace().kind = value;
  if (!out.transaction) return;
  out.transaction->chain = flag_at(fields, "chain");
  out.transaction->name = text_at(fields, "savepoint_name");
  if (out.transaction->name.empty()) out.transaction->name = text_at(fields, "gid");
}

void analyse_execute(const Fields& fields, Analysis& out) {
  out.execute.emplace().name = text_at(fields, "name");
  for (const Json& argument : list_at(fields, "params"))
    out.execute->arguments.push_back(argument_of(argument));
  if (const Json* arguments = find(fields, "params")) gather_calls(*arguments, out);
}

void analyse_copy(const Fields& fields, Analysis& out) {
  Copy& copy = out.copy.emplace();
  copy.from = flag_at(fields, "is_from");
  copy.program = flag_at(fields, "is_program");
  copy.file = text_at(fields, "filename");
  copy.client = copy.file.empty();
  if (const Json* query = find(fields, "query")) gather(*query, out);
  if (const Fields* relation = object_at(fields, "relation"))
    add_relation(copy.from ? out.writes : out.reads, range_name(*relation), "copy");
  if (const Json* where = find(fields, "whereClause")) gather_calls(*where, out);
}

void analyse_explain(const Fields& fields, std::string_view text, Analysis& out) {
  out.explain = true;
  out.explain_analyze = option_on(options_at(fields, "options"), "analyze");
  if (!out.explain_analyze) return;
  if (const Json* query = find(fields, "query")) analyse_node(*query, text, out);
}

void analyse_do(const Fields& fields, Analysis& out) {
  out.opaque = true;
  out.opaque_language = "plpgsql";
  for (const Option& option : options_at(fields, "args"))
    if (option.name == "language" && option.value) out.opaque_language = option.value;
}

// Prepared statements and cursors. False: not such a statement.
bool analyse_named(const Node& statement, std::string_view text, Analysis& out) {
  const Fields& fields = *statement.fields;
  if (statement.is("PrepareStmt")) {
    out.prepare = Prepare{text_at(fields, "name"), body_after(text, "as")};
  } else if (statement.is("ExecuteStmt")) {
    analyse_execute(fields, out);
  } else if (statement.is("DeallocateStmt")) {
    out.deallocate = text_at(fields, "name");
  } else if (statement.is("DiscardStmt")) {
    const std::string target = text_at(fields, "target");
    if (target == "DISCARD_ALL") out.deallocate.emplace();
  } else if (statement.is("DeclareCursorStmt")) {
    out.cursor =
        Cursor{Cursor::Kind::declare, text_at(fields, "portalname"), body_after(text, "for")};
  } else if (statement.is("FetchStmt")) {
    const auto kind = flag_at(fields, "ismove") ? Cursor::Kind::move : Cursor::Kind::fetch;
    out.cursor = Cursor{kind, text_at(fields, "portalname"), {}};
  } else if (statement.is("ClosePortalStmt")) {
    out.cursor = Cursor{Cursor::Kind::close, text_at(fields, "portalname"), {}};
  } else {
    return false;
  }
  return true;
}

bool is_query(const Node& statement) {
  constexpr auto types = std::to_array<std::string_view>(
      {"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"});
  return std::find(types.begin(), types.end(), statement.type) != types.end();
}

void analyse_query(const Json& statement, const Fields& fields, Analysis& out) {
  gather(statement, out);
  const Fields* into = object_at(fields, "intoClause");
  const Json* created = into == nullptr ? nullptr : find(*into, "rel");
  if (created == nullptr) return;
  Ddl item;
  item.action = "create table";
  item.object_type = "table";
  item.object = any_name(*created);
  out.ddl.push_back(std::move(item));
}

void analyse_node(const Json& statement, std::string_view text, Analysis& out) {
  const Node node = node_of(statement);
  if (!node) return;
  const Fields& fields = *node.fields;
  if (is_query(node)) {
    analyse_query(statement, fields, out);
  } else if (node.is("TransactionStmt")) {
    analyse_transaction(fields, out);
  } else if (node.is("ExplainStmt")) {
    analyse_explain(fields, text, out);
  } else if (node.is("CopyStmt")) {
    analyse_copy(fields, out);
  } else if (node.is("DoStmt")) {
    analyse_do(fields, out);
  } else if (node.is("CallStmt")) {
    out.opaque = true;
    if (const Fields* call = object_at(fields, "funccall")) {
      out.calls.push_back(call_of(*call));
      if (const Json* arguments = find(*call, "args")) gather_calls(*arguments, out);
    }
  } else if (!analyse_named(node, text, out) && !analyse_settings(node, out) &&
             !analyse_roles(node, out)) {
    analyse_ddl(node, out);
    const Node source = node_at(fields, "query");  // CREATE TABLE … AS EXECUTE
    if (node.is("CreateTableAsStmt") && source.is("ExecuteStmt"))
      analyse_execute(*source.fields, out);
  }
  add_set_config(out);
}

// A name and an opening parenthesis may be a call; these keywords before one are not.
bool takes_parentheses(std::string_view word) {
  constexpr auto words = std::to_array<std::string_view>(
      {"all",   "and",  "any",   "as",    "by",     "distinct", "else",  "exists", "filter",
       "from",  "in",   "into",  "not",   "on",     "or",       "over",  "select", "some",
       "table", "then", "union", "using", "values", "when",     "where", "with"});
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string plain_name(const Token& token) {
  return token.kind == TokenKind::quoted_word && token.text.size() >= 2
             ? std::string(token.text.substr(1, token.text.size() - 2))
             : lower(token.text);
}

// What tokens alone can tell: the first words, and what looks like a call.
void guess(std::string_view text, Analysis& out) {
  out.opaque = true;
  const auto tokens = scan_words(text);
  if (!tokens || tokens->empty()) return;
  out.command = plain_name(tokens->front());
  const bool two_words = out.command == "create" || out.command == "alter" || out.command == "drop";
  if (two_words && tokens->size() > 1) out.command += " " + plain_name((*tokens)[1]);
  for (std::size_t i = 0; i + 1 < tokens->size(); ++i) {
    const Token& token = (*tokens)[i];
    const bool named = token.kind == TokenKind::word || token.kind == TokenKind::quoted_word;
    if (!named || (*tokens)[i + 1].text != "(" || takes_parentheses(lower(token.text))) continue;
    Call call;
    call.name.name = plain_name(token);
    if (i >= 2 && (*tokens)[i - 1].text == ".") call.name.schema = plain_name((*tokens)[i - 2]);
    out.calls.push_back(std::move(call));
  }
}

}  // namespace

std::string qualified(std::string_view schema, std::string_view name) {
  if (schema.empty()) schema = name.starts_with("pg_") ? "pg_catalog" : "public";
  return std::string(schema) + "." + std::string(name);
}

Analysis analyse(std::string_view text) {
  Analysis out;
  if (text.size() > parse_bytes_max) {
    out.error = "larger than " + std::to_string(parse_bytes_max) + " bytes";
    guess(text, out);
    return out;
  }
  const Tree tree = parse_tree(text);
  out.error = tree.error;
  if (!out.error.empty()) {
    guess(text, out);
    return out;
  }
  out.parsed = true;
  const Node statement = first_statement(tree);
  if (!statement) return out;
  out.fingerprint = fingerprint(text);
  out.command = command_of(statement);
  out.utility = !is_query(statement);
  const auto& statements = list_at(tree.root.get_object(), "stmts");
  analyse_node(statements.front().get_object().at("stmt"), text, out);
  return out;
}

}  // namespace ride::sql
