// Follows one connection in the server's order: see Follower (statements.hpp), whose work this
// does.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "journal/facts/names.hpp"
#include "journal/facts/statement_maker.hpp"
#include "journal/facts/statements.hpp"

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
  void failed(const Answer& error);
  void sync_failed(const Answer& error);
  Fate fate_of_skipped() const;

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

}  // namespace ride::journal::facts
