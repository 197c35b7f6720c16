#include "audit/redact_words.hpp"

#include <algorithm>

#include "journal/fields.hpp"

namespace ride::audit {
namespace {

using journal::Field;
using journal::Kind;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool stands_alone(std::string_view text, std::size_t start, std::size_t end) {
  const bool joined_before =
      start > 0 && is_word_byte(text[start - 1]) && is_word_byte(text[start]);
  const bool joined_behind =
      end < text.size() && is_word_byte(text[end - 1]) && is_word_byte(text[end]);
  return !joined_before && !joined_behind;
}

struct Seen {
  Names names;
  std::set<std::string> others;    // names of ride's, of actors, roles and databases
  std::set<std::string> at_start;  // application names that start-up packets had
};

void learn(const journal::Event& event, Seen& seen) {
  const journal::Fields fields(event.body);
  const auto text = [&](Field field) { return std::string(fields.get_bytes(field)); };
  for (const auto field : {Field::user, Field::database}) seen.others.insert(text(field));
  auto& words = seen.names.identities;
  if (event.kind == Kind::own_session || event.kind == Kind::actor) {
    seen.others.insert(text(Field::application));
    seen.others.insert(text(Field::actor));
  } else if (event.kind == Kind::server) {
    seen.others.insert(text(Field::name));
  } else {
    words.add(text(Field::application));
    seen.at_start.insert(text(Field::application));
  }
  words.add(text(Field::learner));
  words.add(text(Field::server_name));
  for (const auto& host : hosts_of(fields.get_bytes(Field::peer))) words.add(host);
  if (event.kind != Kind::parameter_changed || text(Field::name) != "application_name") return;
  words.add(text(Field::text));
  seen.names.set.add(text(Field::text));
}

}  // namespace

std::uint32_t Words::beginning(std::string_view text) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < word_bytes_min; ++i)
    out = out << 8U | static_cast<unsigned char>(text[i]);
  return out;
}

void Words::add(const std::string& word) {
  if (word.size() < word_bytes_min || !all_.insert(word).second) return;
  auto& alike = by_beginning_[beginning(word)];
  alike.push_back(word);
  std::sort(alike.begin(), alike.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Words::remove(const std::string& word) {
  if (all_.erase(word) > 0) std::erase(by_beginning_[beginning(word)], word);
}

void Words::find(std::string_view text, std::vector<sql::Cut>& out) const {
  if (all_.empty()) return;
  for (std::size_t at = 0; at + word_bytes_min <= text.size(); ++at) {
    const auto alike = by_beginning_.find(beginning(text.substr(at)));
    if (alike == by_beginning_.end()) continue;
    for (const auto& word : alike->second) {
      const auto end = at + word.size();
      if (text.compare(at, word.size(), word) != 0 || !stands_alone(text, at, end)) continue;
      out.push_back({at, end, sql::cut_mark});
      at = end - 1;
      break;
    }
  }
}

Names names_in(journal::Reader& reader) {
  Seen out;
  auto cursor = reader.events(
      {.attempt = {},
       .kinds = {Kind::run_began, Kind::connection_opened, Kind::connection_started,
                 Kind::parameter_changed, Kind::actor, Kind::own_session, Kind::bypass},
       .after = 0});
  for (journal::Event event; cursor.next(event);) learn(event, out);
  for (const auto& other : out.others) {
    out.names.identities.remove(other);
    out.names.set.remove(other);
  }
  for (const auto& name : out.at_start) out.names.set.remove(name);
  return std::move(out.names);
}

std::vector<std::string> hosts_of(std::string_view peer) {
  constexpr std::string_view via = " via ";
  std::vector<std::string> out;
  while (!peer.empty()) {
    const auto end = peer.find(via);
    auto one = peer.substr(0, end);
    peer.remove_prefix(end == peer.npos ? peer.size() : end + via.size());
    if (one.starts_with("unix")) continue;
    const auto port = one.rfind(':');
    one = one.substr(0, port);
    if (one.starts_with('[')) one = one.substr(1, one.find(']') - 1);
    if (!one.empty()) out.emplace_back(one);
  }
  return out;
}

}  // namespace ride::audit
