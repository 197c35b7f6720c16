// Walks through the events of a file once and tells statements and connections as auditors need
// them: every statement with its session, in the order in which outcomes became certain
// (journal/facts/stream.hpp). Memory grows with what is open, not with the file.
//
// One thread, the Analyser's owner. Throws as journal::Reader does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/relations.hpp"
#include "journal/facts/stream.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::audit {

// What is known of a client's session so far.
struct Client {
  journal::ConnectionId connection = 0;
  std::string peer, tls, server_tls, authentication, channel_binding;
  std::string user, database, application;
  std::optional<std::int64_t> pid;
  std::int64_t opened_us = 0;
};

struct Statement {
  std::uint32_t attempt = 0;
  const journal::facts::StreamedStatement& streamed;
  const Client& client;
  const journal::facts::Relations& relations;

  const journal::facts::StatementRow& row() const { return streamed.stmt.row; }
  const journal::facts::Stmt& stmt() const { return streamed.stmt; }
  // reads, writes, calls, ddl, role_changes and settings, by the text.
  journal::facts::Facts effects() const;
};

struct Listener {
  std::function<void(const Statement&)> statement = {};
  // Every event before what it means for statements; `client` where it is about a connection.
  std::function<void(const journal::Event&, const Client*)> event = {};
};

class Walk {
 public:
  Walk(sql::Analyser& analyser, Listener listener);
  ~Walk();
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  void add(const journal::Event& event);  // by ascending seq
  void finish();                          // no more come
  journal::Seq last_seq() const { return last_seq_; }

 private:
  void begin_attempt(std::uint32_t attempt);
  Client* learn(const journal::Event& event);
  void snapshot(const journal::Event& event);
  void forget_closed();

  sql::Analyser& analyser_;
  Listener listener_;
  std::unique_ptr<journal::facts::StatementStream> stream_;
  std::map<journal::ConnectionId, Client> clients_;
  std::vector<journal::ConnectionId> closed_;
  journal::facts::Relations relations_;
  std::uint32_t attempt_ = 0;
  journal::Seq last_seq_ = 0;
};

// The whole file as far as it is committed, or one attempt of it.
void walk(journal::Reader& reader, std::optional<std::uint32_t> attempt, sql::Analyser& analyser,
          Listener listener);

}  // namespace ride::audit
