// One event of a record after the other, without what a policy takes out. What an event says of
// itself (its kind, order, time, numbers, states, SQLSTATEs) stays. Fields and kinds that this
// version does not know go whole, for nobody can tell what stands in them.
//
// By ascending seq: errors of the extended protocol are told from others by their request. One
// thread; nothing is thrown for what a client or server sent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "audit/remover.hpp"
#include "journal/event.hpp"
#include "journal/fields.hpp"

namespace ride::audit {

class EventRedactor {
 public:
  EventRedactor(RedactPolicy policy, Names names) : remover_(std::move(policy), std::move(names)) {}

  journal::Event redact(const journal::Event& event);

  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  // The text of the scenario that the file carries is not what it was.
  bool scenario_touched() const { return scenario_touched_; }

 private:
  using Value = std::optional<std::string>;  // nullopt: as it was

  void follow(const journal::Event& event);
  std::string body_of(const journal::Event& event);
  void put(const journal::Event& event, const journal::FieldValue& pair, journal::FieldWriter& out);
  bool takes_whole(const journal::Event& event, journal::Field field, Bytes value);
  Value kept(const journal::Event& event, journal::Field field, Bytes value);
  Value blob(const journal::Event& event, journal::Field field, Bytes value);
  Value text(const journal::Event& event, journal::Field field, Bytes value);
  Value message(const journal::Event& event, journal::Field field, Bytes value);
  Value setting(const journal::Event& event, Bytes value);
  Value snapshot(Bytes text);
  Value scenario(Bytes text);
  bool may_quote(const journal::Event& event) const;
  const RedactPolicy& policy() const { return remover_.policy(); }

  Remover remover_;
  std::map<std::string, std::uint64_t> counts_;
  // Requests of the extended protocol and calls, by connection, until they are answered for.
  std::map<journal::ConnectionId, std::set<journal::Seq>> extended_;
  std::uint64_t rows_taken_ = 0;  // of the event under way
  std::uint64_t bytes_taken_ = 0;
  bool scenario_touched_ = false;
};

}  // namespace ride::audit
