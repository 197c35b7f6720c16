#include "audit/walk.hpp"

#include "journal/facts/effects.hpp"
#include "journal/facts/timeline.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"

namespace ride::audit {

using journal::Event;
using journal::Field;
using journal::Kind;
namespace facts = journal::facts;

facts::Facts Statement::effects() const {
  facts::Facts out;
  facts::add_effects(stmt(), relations, out);
  return out;
}

Walk::Walk(sql::Analyser& analyser, Listener listener)
    : analyser_(analyser), listener_(std::move(listener)), relations_({}) {
  begin_attempt(0);
}
Walk::~Walk() = default;

void Walk::add(const Event& event) {
  last_seq_ = event.seq;
  if (event.attempt != attempt_) {
    stream_->finish();
    begin_attempt(event.attempt);
  }
  if (event.kind == Kind::snapshot) snapshot(event);
  auto* const client = event.connection == 0 ? nullptr : learn(event);
  if (listener_.event) listener_.event(event, client);
  stream_->add(event);
  if (event.kind == Kind::connection_closed) closed_.push_back(event.connection);
  if (!closed_.empty() && stream_->waiting() == 0) forget_closed();
}

void Walk::finish() { stream_->finish(); }

void Walk::begin_attempt(std::uint32_t attempt) {
  attempt_ = attempt;
  clients_.clear();
  closed_.clear();
  relations_ = facts::Relations({});
  stream_ = std::make_unique<facts::StatementStream>(
      analyser_, [this](const facts::StreamedStatement& one) {
        if (!listener_.statement) return;
        const auto id = static_cast<journal::ConnectionId>(one.stmt.row.connection);
        listener_.statement({attempt_, one, clients_[id], relations_});
      });
}

Client* Walk::learn(const Event& event) {
  auto& client = clients_[event.connection];
  client.connection = event.connection;
  if (event.kind < Kind::connection_opened || event.kind > Kind::connection_closed) return &client;
  const journal::Fields fields(event.body);
  const auto text = [&](Field field, std::string& to) {
    if (const auto found = fields.find_bytes(field)) to = *found;
  };
  text(Field::peer, client.peer);
  text(Field::tls, client.tls);
  text(Field::server_tls, client.server_tls);
  text(Field::authentication, client.authentication);
  text(Field::channel_binding, client.channel_binding);
  text(Field::user, client.user);
  text(Field::database, client.database);
  text(Field::application, client.application);
  if (const auto pid = fields.find_int(Field::pid)) client.pid = static_cast<std::int64_t>(*pid);
  if (event.kind == Kind::connection_opened) client.opened_us = event.at_us;
  if (event.kind == Kind::connection_started && client.database.empty())
    client.database = client.user;
  return &client;
}

// What tables there are, for names in texts that say no schema.
void Walk::snapshot(const Event& event) {
  if (journal::Fields(event.body).get_bytes(Field::name) != "start") return;
  const auto timeline = facts::make_timeline({event});
  if (!timeline.snapshots.empty()) relations_.add(timeline.snapshots.front());
}

void Walk::forget_closed() {
  for (const auto id : closed_) clients_.erase(id);
  closed_.clear();
}

void walk(journal::Reader& reader, std::optional<std::uint32_t> attempt, sql::Analyser& analyser,
          Listener listener) {
  Walk walk(analyser, std::move(listener));
  auto cursor = reader.events({.attempt = attempt, .kinds = {}, .after = 0});
  for (Event event; cursor.next(event);) walk.add(event);
  walk.finish();
}

}  // namespace ride::audit
