#include "replay/rerun_pids.hpp"

#include <charconv>

namespace ride::replay {
namespace {

namespace facts = journal::facts;
using journal::Kind;

// All runs of digits in a value: '4711', '{4711,4712}'.
std::vector<std::int64_t> numbers_in(const std::string& value) {
  std::vector<std::int64_t> out;
  const char* const end = value.data() + value.size();
  for (const char* at = value.data(); at < end;) {
    std::int64_t number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    if (error == std::errc()) out.push_back(number);
    at = behind == at ? at + 1 : behind;
  }
  return out;
}

}  // namespace

void PidFinder::actor_connected(const std::string& actor, std::int64_t pid) {
  owners_[pid] = {actor, ++actor_sessions_[actor], 0};
}

void PidFinder::learner_connected(journal::ConnectionId connection, std::int64_t pid) {
  owners_[pid] = {"", 0, connection};
}

std::vector<std::int64_t> PidFinder::find(Request& request, PidSession& session) {
  unknown_.clear();
  if (request.kind == Kind::parse)
    session.parsed[request.name] = {request.text, request.parameter_types};
  if (request.kind == Kind::query || request.kind == Kind::parse) find_in_text(request, session);
  if (request.kind == Kind::bind) {
    const auto& [text, types] = session.parsed[request.name];
    const auto values = facts::read_parameters(request.parameters, types);
    for (const auto& place : sql::session_pids(text).places)
      if (place.parameter > 0 && place.parameter <= values.size())
        add_parameter(place.parameter, values[place.parameter - 1], request);
  }
  return unknown_;
}

void PidFinder::find_in_text(Request& request, PidSession& session) {
  const auto found = sql::session_pids(request.text);
  for (const auto& place : found.places)
    if (place.parameter == 0) add_place(place, request);
  for (const auto& prepared : found.prepared) session.prepared[prepared.name] = prepared.parameters;
  add_executed(found, session, request);
}

void PidFinder::add_executed(const sql::SessionPids& found, const PidSession& session,
                             Request& request) {
  for (const auto& executed : found.executed) {
    const auto prepared = session.prepared.find(executed.name);
    if (prepared == session.prepared.end()) continue;
    for (const auto parameter : prepared->second)
      if (parameter >= 1 && parameter <= executed.arguments.size())
        if (const auto& place = executed.arguments[parameter - 1]; place && place->parameter == 0)
          add_place(*place, request);
  }
}

void PidFinder::add_place(const sql::PidPlace& place, Request& request) {
  if (const auto owner = owners_.find(place.pid); owner != owners_.end())
    request.pids.push_back({place.offset, place.length, 0, place.pid, owner->second});
  else
    unknown_.push_back(place.pid);
}

void PidFinder::add_parameter(std::uint32_t parameter, const facts::Value& value,
                              Request& request) {
  if (!value) return;
  for (const auto pid : numbers_in(*value)) {
    if (const auto owner = owners_.find(pid); owner != owners_.end())
      request.pids.push_back({0, 0, parameter, pid, owner->second});
    else
      unknown_.push_back(pid);
  }
}

}  // namespace ride::replay
