#include "proxy/carried.hpp"

#include "journal/fields.hpp"

namespace ride::proxy {

using journal::Field;
using journal::Kind;

namespace {

// `carried`, the time of opening or the number of parameters' types, and keys and lengths of each.
constexpr std::size_t mark_bytes_max = 32;

// What may be remembered of names and settings beside their bodies, in number.
constexpr std::size_t names_max = 10'000;
constexpr std::size_t settings_max = 256;

}  // namespace

void Carried::opened(Bytes body, std::int64_t at_us) {
  opened_ = body;
  opened_us_ = at_us;
}

void Carried::changed(Bytes setting, Bytes body) {
  if (const auto found = settings_.find(setting); found != settings_.end())
    found->second = body;
  else if (settings_.size() < settings_max)
    settings_.emplace(setting, body);
}

void Carried::parsed(std::string_view name, std::string body) {
  closed(name);
  const auto size = name.size() + body.size();
  if (!fits(size)) {
    if (unkept_.size() < names_max) unkept_.emplace(name);
    return;
  }
  statements_.emplace(name, Statement{std::move(body), {}});
  bytes_ += size;
}

void Carried::typed(std::string_view name, Bytes parameter_types) {
  const auto found = statements_.find(name);
  if (found == statements_.end() || !fits(parameter_types.size())) return;
  bytes_ += parameter_types.size() - found->second.parameter_types.size();
  found->second.parameter_types = parameter_types;
}

void Carried::prepared_by_sql(Bytes body) {
  if (body.empty() || !fits(body.size()) || by_sql_.size() >= names_max) {
    ++by_sql_unkept_;
    return;
  }
  bytes_ += body.size();
  by_sql_.emplace_back(body);
}

void Carried::closed(std::string_view name) {
  if (const auto found = unkept_.find(name); found != unkept_.end()) unkept_.erase(found);
  const auto found = statements_.find(name);
  if (found == statements_.end()) return;
  bytes_ -= name.size() + found->second.body.size() + found->second.parameter_types.size();
  statements_.erase(found);
}

void Carried::all_closed() {
  statements_.clear();
  unkept_.clear();
  by_sql_.clear();
  by_sql_unkept_ = 0;
  bytes_ = 0;
}

// The mark comes first, and types that the server chose before those that the client gave: of a
// field that stands twice, the first counts.
void Carried::restate(const Write& write) const {
  std::string body;
  const auto marked = [&body](std::uint64_t how) {
    body.clear();
    return journal::FieldWriter(body).put(Field::carried, how);
  };
  marked(1).put(Field::started_us, static_cast<std::uint64_t>(opened_us_));
  write(Kind::connection_opened, body.append(opened_));
  marked(1);
  write(Kind::connection_started, body.append(started_));
  marked(1);
  write(Kind::connection_ready, body.append(ready_));
  for (const auto& [name, setting] : settings_) {
    marked(1);
    write(Kind::parameter_changed, body.append(setting));
  }
  for (const auto& text : by_sql_) {
    marked(2).put(Field::name, Bytes());
    write(Kind::parse, body.append(text));
  }
  for (const auto& [name, statement] : statements_) {
    auto fields = marked(1);
    if (!statement.parameter_types.empty())
      fields.put(Field::parameter_types, statement.parameter_types);
    write(Kind::parse, body.append(statement.body));
  }
}

std::size_t Carried::events() const { return 3 + settings_.size() + statements(); }

std::size_t Carried::bytes() const {
  auto total = opened_.size() + started_.size() + ready_.size() + bytes_;
  for (const auto& [name, setting] : settings_) total += setting.size();
  return total + events() * mark_bytes_max;
}

}  // namespace ride::proxy
