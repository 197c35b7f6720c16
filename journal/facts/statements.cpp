#include "journal/facts/statements.hpp"

#include <algorithm>

#include "journal/facts/names.hpp"
#include "journal/facts/query_string.hpp"
#include "journal/facts/statement_maker.hpp"

namespace ride::journal::facts {

class ConnectionReplay {
 public:
  ConnectionReplay(const Connection& connection, sql::Analyser& analyser, std::deque<Stmt>& owned,
                   std::vector<Batch>& batches)
      : connection_(connection),
        analyser_(analyser),
        maker_(connection, analyser, names_, owned),
        batches_(batches) {}

  void closed_batches();
  void open_batch();
  bool reads_on() const {
    return std::any_of(names_.portals.begin(), names_.portals.end(),
                       [](const auto& entry) { return entry.second.statement != nullptr; });
  }
  std::size_t replayed() const { return next_request_; }
  void forget() { next_request_ = next_ready_ = 0; }

 private:
  void batch(std::size_t begin, std::size_t end, const Ready* ready);
  void one(const Request& request);
  void skipped(const Request& request);
  void query(const Request& request, bool all_skipped);
  void parse(const Request& request);
  void bind(const Request& request);
  void describe(const Request& request);
  void execute(const Request& request);
  void function_call(const Request& request, bool all_skipped);
  void skipped_execute(const Request& request);

  Stmt& make(const Request& request, std::int64_t ordinal, const char* path) {
    auto& stmt = maker_.make(request, ordinal, path);
    stmt.row.batch = static_cast<std::int64_t>(batches_.size());
    batches_.back().statements.push_back(&stmt);
    return stmt;
  }

  const Connection& connection_;
  sql::Analyser& analyser_;
  Names names_;
  StatementMaker maker_;
  std::vector<Batch>& batches_;
  std::size_t next_request_ = 0, next_ready_ = 0;
  // While the server drops what comes before the next Sync:
  bool skipping_ = false;
  std::map<std::string, std::string> skipped_parses_;  // text of statements that were not made
  std::map<std::string, Text> skipped_binds_;          // text of portals that were not made
  std::string doomed_statement_, doomed_portal_;       // what the failed message was about
  bool statement_doomed_ = false, portal_doomed_ = false;
};

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
  batches_.push_back({{}, ready});
  skipping_ = statement_doomed_ = portal_doomed_ = false;
  skipped_parses_.clear();
  skipped_binds_.clear();
  for (auto i = begin; i < end; ++i) {
    const auto& request = connection_.requests[i];
    if (skipping_) {
      skipped(request);
    } else {
      one(request);
    }
  }
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
}

void ConnectionReplay::skipped(const Request& request) {
  if (request.kind == Kind::query) query(request, true);
  if (request.kind == Kind::function_call) function_call(request, true);
  if (request.kind == Kind::execute) skipped_execute(request);
  if (request.kind == Kind::parse) {
    skipped_parses_[request.name] = request.text;
    if (statement_doomed_ && doomed_statement_ == request.name) statement_doomed_ = false;
  }
  if (request.kind != Kind::bind) return;
  const bool doomed = statement_doomed_ && doomed_statement_ == request.name;
  if (doomed) {
    portal_doomed_ = true;
    doomed_portal_ = request.portal;
  } else if (portal_doomed_ && doomed_portal_ == request.portal) {
    portal_doomed_ = false;
  }
  const auto parsed = skipped_parses_.find(request.name);
  const auto known = names_.statements.find(request.name);
  auto& text = skipped_binds_[request.portal];
  text.reset();
  if (parsed != skipped_parses_.end()) {
    text = parsed->second;
  } else if (known != names_.statements.end()) {
    text = known->second.text;
  }
}

// The Execute of what failed as Parse, Bind or Describe is that same statement.
void ConnectionReplay::skipped_execute(const Request& request) {
  if (portal_doomed_ && doomed_portal_ == request.portal) return;
  const auto bound = skipped_binds_.find(request.portal);
  const auto known = names_.portals.find(request.portal);
  if (bound == skipped_binds_.end() && known != names_.portals.end() &&
      known->second.statement != nullptr)
    return;  // one more Execute of a portal that has its number
  Text text;
  if (bound != skipped_binds_.end()) {
    text = bound->second;
  } else if (known != names_.portals.end()) {
    text = known->second.text;
  }
  auto& stmt = make(request, 0, "extended");
  maker_.set_text(stmt, text, text.value_or(""), {});
  stmt.fate = Fate::skipped;
}

void ConnectionReplay::query(const Request& request, bool all_skipped) {
  if (!all_skipped) names_.simple_query_began();
  const auto pieces = cut(connection_, request, analyser_);
  std::map<std::int64_t, std::vector<const Answer*>> answers;
  for (const auto& answer : request.answers) answers[answer.ordinal].push_back(&answer);
  const auto answered =
      answers.empty() ? std::size_t{0} : static_cast<std::size_t>(answers.rbegin()->first) + 1;
  bool failed = all_skipped;
  for (std::size_t i = 0; i < std::max(pieces.size(), answered); ++i) {
    const auto ordinal = static_cast<std::int64_t>(i);
    auto& stmt = make(request, ordinal, "simple");
    maker_.set_text(stmt, i < pieces.size() ? pieces[i] : request.text, request.text, {});
    if (failed) {
      stmt.fate = Fate::skipped;
      continue;
    }
    maker_.settle(stmt, answers[ordinal]);
    failed = stmt.fate == Fate::failed;
    if (stmt.fate == Fate::completed) names_.apply(*stmt.own);
  }
}

void ConnectionReplay::parse(const Request& request) {
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
      portal.statement != nullptr && request.failed() && portal.statement->fate != Fate::suspended;
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
    stmt.fate = Fate::skipped;
    return;
  }
  std::vector<const Answer*> answers;
  for (const auto& answer : request.answers) answers.push_back(&answer);
  maker_.settle(stmt, answers);
}

Follower::Follower(const Connection& connection, sql::Analyser& analyser, std::deque<Stmt>& owned,
                   std::vector<Batch>& batches)
    : replay_(std::make_unique<ConnectionReplay>(connection, analyser, owned, batches)) {}
Follower::~Follower() = default;
Follower::Follower(Follower&&) noexcept = default;

void Follower::closed_batches() { replay_->closed_batches(); }
void Follower::open_batch() { replay_->open_batch(); }
bool Follower::reads_on() const { return replay_->reads_on(); }
std::size_t Follower::replayed() const { return replay_->replayed(); }
void Follower::forget() { replay_->forget(); }

Replay replay(const Timeline& timeline, sql::Analyser& analyser) {
  Replay out;
  for (const auto& [id, connection] : timeline.connections) {
    ConnectionReplay one(connection, analyser, out.owned, out.batches[id]);
    one.closed_batches();
    one.open_batch();
  }
  return out;
}

std::vector<Stmt*> number(Replay& replay) {
  std::vector<Stmt*> all;
  for (auto& stmt : replay.owned) all.push_back(&stmt);
  std::stable_sort(all.begin(), all.end(), [](const Stmt* a, const Stmt* b) {
    return std::tie(a->row.request, a->row.ordinal) < std::tie(b->row.request, b->row.ordinal);
  });
  std::int64_t n = 0;
  for (auto* stmt : all) stmt->row.n = ++n;
  return all;
}

}  // namespace ride::journal::facts
