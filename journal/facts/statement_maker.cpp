#include "journal/facts/statement_maker.hpp"

namespace ride::journal::facts {

Stmt& StatementMaker::make(const Request& request, std::int64_t ordinal, const char* path) {
  auto& stmt = owned_.emplace_back();
  stmt.connection = &connection_;
  stmt.row.connection = connection_.id;
  stmt.row.started = request.at_us;
  stmt.row.server = shown_server(connection_.server);
  stmt.row.database = connection_.database;
  stmt.row.role = connection_.user;
  stmt.row.application = connection_.application_at(request.seq);
  stmt.row.path = path;
  stmt.row.request = static_cast<std::int64_t>(request.seq);
  stmt.row.ordinal = ordinal;
  return stmt;
}

void StatementMaker::set_text(Stmt& stmt, const Text& text, const std::string& source,
                              const Values& parameters) {
  stmt.row.text = text;
  stmt.source = source;
  stmt.effect = connection_.as_parsed(stmt.request(), text.value_or(""));
  stmt.parameters = parameters;
  stmt.own = stmt.runs = analyse(stmt.effect);
  stmt.row.tool = text && analyser_.is_tool_query(*text) ? 1 : 0;
  set_effect(stmt, parameters);
}

// What EXECUTE and FETCH run stands elsewhere.
void StatementMaker::set_effect(Stmt& stmt, const Values& parameters) {
  const auto& own = *stmt.own;
  if (own.explain && !own.explain_analyze) return;
  if (own.execute) {
    const auto known = names_.statements.find(own.execute->name);
    if (known == names_.statements.end()) return;
    stmt.effect = known->second.text;
    stmt.parameters = literal_values(own.execute->arguments);
    for (std::size_t i = 0; i < own.execute->arguments.size(); ++i) {
      const auto& argument = own.execute->arguments[i];
      if (argument.kind == sql::Argument::Kind::parameter && argument.parameter >= 1 &&
          argument.parameter <= parameters.size())
        stmt.parameters[i] = parameters[argument.parameter - 1];
    }
    stmt.runs = analyse(stmt.effect);
  } else if (own.cursor && own.cursor->kind == sql::Cursor::Kind::fetch) {
    const auto known = names_.portals.find(own.cursor->name);
    if (known == names_.portals.end() || !known->second.text) return;
    stmt.effect = *known->second.text;
    stmt.parameters = known->second.parameters;
    stmt.runs = analyse(stmt.effect);
  }
}

void StatementMaker::settle(Stmt& stmt, const std::vector<const Answer*>& answers) {
  stmt.answers = answers;
  stmt.row.rows.reset();
  stmt.fate = Fate::unanswered;
  bool completed = false;
  for (const auto* answer : answers) {
    if (answer->rows) stmt.row.rows = stmt.row.rows.value_or(0) + *answer->rows;
    if (answer->tag) stmt.row.tag = answer->tag;
    if (!answer->ends()) continue;
    stmt.row.ended = answer->at_us;
    stmt.ended_seq = answer->seq;
    stmt.fate = answer->suspended() ? Fate::suspended : Fate::completed;
    if (answer->failed()) {
      stmt.fate = Fate::failed;
      stmt.commit_failed = completed;
      stmt.row.sqlstate = error_field(*answer->error, 'C');
      stmt.row.error = error_field(*answer->error, 'M');
    }
    completed = stmt.fate == Fate::completed;
  }
  if (stmt.own->copy && stmt.own->copy->client && stmt.row.path != "function")
    stmt.row.path = "copy";
}

std::shared_ptr<const sql::Analysis> StatementMaker::analyse(const std::string& text) {
  return std::make_shared<const sql::Analysis>(analyser_.analyse(text));
}

}  // namespace ride::journal::facts
