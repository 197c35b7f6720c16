#include "proxy/described.hpp"

namespace ride::proxy {

void Described::forget(Map& map, std::string_view name) {
  const auto found = map.find(name);
  if (found == map.end()) return;
  bytes_ -= found->first.size() + found->second.size();
  map.erase(found);
}

void Described::set(Map& map, std::string_view name, Bytes columns) {
  forget(map, name);
  if (columns.empty() || bytes_ + name.size() + columns.size() > bytes_max_) return;
  map.emplace(name, columns);
  bytes_ += name.size() + columns.size();
}

void Described::parsed(std::string_view statement) { forget(by_statement_, statement); }

void Described::bound(std::string_view portal, std::string_view statement) {
  const auto found = by_statement_.find(statement);
  set(by_portal_, portal, found == by_statement_.end() ? Bytes() : Bytes(found->second));
}

void Described::statement_described(std::string_view statement, Bytes columns) {
  set(by_statement_, statement, columns);
}

void Described::portal_described(std::string_view portal, Bytes columns) {
  set(by_portal_, portal, columns);
}

void Described::portal_closed(std::string_view portal) { forget(by_portal_, portal); }

Bytes Described::columns_of(std::string_view portal) const {
  const auto found = by_portal_.find(portal);
  return found == by_portal_.end() ? Bytes() : Bytes(found->second);
}

}  // namespace ride::proxy
