// Words that name people and machines, looked for wherever they stand as whole words. Case counts.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "journal/event.hpp"
#include "journal/reader.hpp"
#include "sql/literals.hpp"

namespace ride::audit {

class Words {
 public:
  void add(const std::string& word);  // shorter ones than word_bytes_min are passed over
  void remove(const std::string& word);
  bool contains(const std::string& word) const { return all_.contains(word); }

  // Adds where one of them stands in the text; the longest, where several begin at one place.
  void find(std::string_view text, std::vector<sql::Cut>& out) const;

  static constexpr std::size_t word_bytes_min = 3;

 private:
  static std::uint32_t beginning(std::string_view text);  // its first three bytes

  std::set<std::string> all_;
  std::unordered_map<std::uint32_t, std::vector<std::string>> by_beginning_;
};

// Names that ride's own sessions and the incident's actors go by, and those of roles and databases,
// are in neither.
struct Names {
  // Who recorded the file and who connected: the learner, clients' addresses, the names of servers
  // that their TLS asked for, the application names that they chose.
  Words identities;
  // The application names that were set by statements, as literals.
  Words set;
};
Names names_in(journal::Reader& reader);

// "10.0.0.5:40112 via 10.0.0.1:999": 10.0.0.5 and 10.0.0.1. Of a unix socket: nothing.
std::vector<std::string> hosts_of(std::string_view peer);

}  // namespace ride::audit
