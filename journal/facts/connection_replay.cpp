#include "journal/facts/connection_replay.hpp"

#include "journal/facts/query_string.hpp"

namespace ride::journal::facts {

namespace {

// An Execute that the server did not even begin: the portal is gone, its transaction has failed.
bool refused(const Answer& error) {
  return error_field(*error.error, 'R') == "exec_execute_message";
}

}  // namespace

void ConnectionReplay::closed_batches() {
  const auto& requests = connection_.requests;
  for (; next_ready_ < connection_.readies.size(); ++next_ready_) {
    const auto& ready = connection_.readies[next_ready_];
    auto end = next_request_;
    while (end < requests.size() && requests[end].seq <= ready.request) ++end;
    if (end > next_request_) batch(next_request_, end, &ready);
    next_request_ = end;
  }
}

void ConnectionReplay::open_batch() {
  const auto end = connection_.requests.size();
  if (next_request_ < end) batch(next_request_, end, nullptr);
  next_request_ = end;
}

void ConnectionReplay::batch(std::size_t begin, std::size_t end, const Ready* ready) {
  batches_.push_back({.statements = {}, .ready = ready, .failed_behind = {}});
  skipping_ = statement_doomed_ = portal_doomed_ = false;
  skipped_parses_.clear();
  skipped_binds_.clear();
  for (auto i = begin; i < end; ++i) {
    const auto& request = connection_.requests[i];
    // Cut behind an error: behind a Sync too, or nobody knows.
    if (request.cut() && !batches_.back().fatal) skipping_ = false;
    batches_.back().cut = batches_.back().cut || request.cut();
    if (skipping_) {
      skipped(request);
    } else {
      one(request);
    }
  }
  if (const auto* failure = connection_.requests[end - 1].sync_failure()) sync_failed(*failure);
  if (ready != nullptr && ready->status == 'I') names_.transaction_ended();
}

void ConnectionReplay::one(const Request& request) {
  // An error in a simple query or function call does not make the server skip.
  const bool extended = request.kind != Kind::query && request.kind != Kind::function_call;
  skipping_ = extended && request.failed();
  if (request.kind == Kind::query) query(request, false);
  if (request.kind == Kind::parse) parse(request);
  if (request.kind == Kind::bind) bind(request);
  if (request.kind == Kind::describe) describe(request);
  if (request.kind == Kind::execute) execute(request);
  if (request.kind == Kind::function_call) function_call(request, false);
  if (request.kind == Kind::close && !request.failed()) {
    if (request.how == "portal") {
      names_.portals.erase(request.portal);
    } else {
      names_.statements.erase(request.name);
    }
  }
  if (!request.failed()) return;
  failed(request.answers.back());
  skipping_ = skipping_ || batches_.back().fatal;
}

void ConnectionReplay::query(const Request& request, bool all_skipped) {
  if (!all_skipped) names_.simple_query_began();
  const auto pieces = cut(connection_, request, analyser_);
  std::map<std::int64_t, std::vector<const Answer*>> answers;
  const auto count = static_cast<std::int64_t>(pieces.size());
  for (const auto& answer : request.answers)
    // Behind the last statement a FATAL ends the session, and no statement.
    if (answer.ordinal == 0 || answer.ordinal < count || !answer.fatal())
      answers[answer.ordinal].push_back(&answer);
  const auto answered =
      answers.empty() ? std::size_t{0} : static_cast<std::size_t>(answers.rbegin()->first) + 1;
  bool failed = all_skipped;
  bool behind_own_error = false;
  for (std::size_t i = 0; i < std::max(pieces.size(), answered); ++i) {
    const auto ordinal = static_cast<std::int64_t>(i);
    auto& stmt = make(request, ordinal, "simple");
    maker_.set_text(stmt, i < pieces.size() ? pieces[i] : request.text, request.text, {});
    if (failed) {
      stmt.fate = behind_own_error ? Fate::skipped : fate_of_skipped();
      continue;
    }
    maker_.settle(stmt, answers[ordinal]);
    failed = behind_own_error = stmt.fate == Fate::failed;
    if (failed) this->failed(*stmt.answers.back());
    if (stmt.fate == Fate::completed) names_.apply(*stmt.own);
  }
}

void ConnectionReplay::parse(const Request& request) {
  if (request.prepared_by_sql) {
    for (const auto& piece : cut(connection_, request, analyser_))
      if (const auto& analysis = analyser_.analyse(piece); analysis.prepare) names_.apply(analysis);
    return;
  }
  if (!request.failed()) {
    names_.statements[request.name] = {request.text, request.parameter_types};
    return;
  }
  if (request.name.empty()) names_.statements.erase("");
  statement_doomed_ = true;
  doomed_statement_ = request.name;
  auto& stmt = make(request, 0, "extended");
  maker_.set_text(stmt, request.text, request.text, {});
  maker_.settle(stmt, {&request.answers.back()});
}

void ConnectionReplay::bind(const Request& request) {
  const auto known = names_.statements.find(request.name);
  Portal portal;
  if (known != names_.statements.end()) {
    portal.text = known->second.text;
    portal.parameters = read_parameters(request.parameters, known->second.parameter_types);
  } else {
    portal.parameters = read_parameters(request.parameters, {});
  }
  if (!request.failed()) {
    names_.portals[request.portal] = std::move(portal);
    return;
  }
  portal_doomed_ = true;
  doomed_portal_ = request.portal;
  auto& stmt = make(request, 0, "extended");
  maker_.set_text(stmt, portal.text, portal.text.value_or(""), portal.parameters);
  maker_.settle(stmt, {&request.answers.back()});
}

void ConnectionReplay::describe(const Request& request) {
  if (!request.failed()) {  // Parse may have left the types to the server
    const auto known = names_.statements.find(request.name);
    if (request.how != "portal" && known != names_.statements.end() && !request.answers.empty())
      known->second.parameter_types = request.answers.front().parameter_types;
    return;
  }
  Text text;
  if (request.how == "portal") {
    portal_doomed_ = true;
    doomed_portal_ = request.portal;
    if (const auto known = names_.portals.find(request.portal); known != names_.portals.end())
      text = known->second.text;
  } else {
    statement_doomed_ = true;
    doomed_statement_ = request.name;
    if (const auto known = names_.statements.find(request.name); known != names_.statements.end())
      text = known->second.text;
  }
  auto& stmt = make(request, 0, "extended");
  maker_.set_text(stmt, text, text.value_or(""), {});
  maker_.settle(stmt, {&request.answers.back()});
}

void ConnectionReplay::execute(const Request& request) {
  std::vector<const Answer*> answers;
  for (const auto& answer : request.answers) answers.push_back(&answer);
  auto& portal = names_.portals[request.portal];
  // An error after its end is not of what it did, but of asking again.
  const bool too_late =
      portal.statement != nullptr && request.failed() &&
      (portal.statement->fate != Fate::suspended || refused(request.answers.back()));
  if (portal.statement != nullptr && !too_late) {
    auto all = portal.statement->answers;
    all.insert(all.end(), answers.begin(), answers.end());
    maker_.settle(*portal.statement, all);
    portal.statement->row.fetches = portal.statement->row.fetches.value_or(0) + 1;
    return;
  }
  auto& stmt = make(request, 0, "extended");
  stmt.row.fetches = 1;
  portal.statement = &stmt;
  maker_.set_text(stmt, portal.text, portal.text.value_or(""), portal.parameters);
  maker_.settle(stmt, answers);
  if (stmt.fate == Fate::completed) names_.apply(*stmt.own);
}

// The two built-in functions that signal get their text back from their oid (pg_proc.dat).
void ConnectionReplay::function_call(const Request& request, bool all_skipped) {
  auto& stmt = make(request, 0, "function");
  const auto parameters = read_parameters(request.parameters, {});
  maker_.set_text(stmt, std::nullopt, "", parameters);
  std::string called;
  if (request.name == "2096") called = "SELECT pg_terminate_backend($1)";
  if (request.name == "2171") called = "SELECT pg_cancel_backend($1)";
  if (!called.empty()) {
    stmt.effect = called;
    stmt.runs = maker_.analyse(called);
  } else {
    auto analysis = std::make_shared<sql::Analysis>();
    analysis->parsed = true;
    sql::Call call{{"", request.name}, {}};
    for (std::uint32_t i = 1; i <= parameters.size(); ++i)
      call.arguments.push_back({sql::Argument::Kind::parameter, "", i});
    analysis->calls.push_back(std::move(call));
    stmt.runs = std::move(analysis);
  }
  if (all_skipped) {
    stmt.fate = fate_of_skipped();
    return;
  }
  std::vector<const Answer*> answers;
  for (const auto& answer : request.answers) answers.push_back(&answer);
  maker_.settle(stmt, answers);
}

}  // namespace ride::journal::facts
