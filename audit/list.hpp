// One line about each attempt file: whose it is, what became of its attempts, and whether it can be
// relied on. A file that cannot be read is told as such and stops nobody.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ride::audit {

struct ListedAttempt {
  std::uint32_t number = 0;
  std::string outcome;           // "submitted", "reset", "stopped", "interrupted", "open"
  std::optional<int> total, of;  // of a submitted one
  std::string why;               // it was not graded
};

struct Listed {
  std::filesystem::path file;
  // "at rest", "being written", "interrupted" (ride audit recover), "foreign" (no file of ride's,
  // or of a newer one), "damaged"
  std::string state;
  std::string why;                // of foreign and damaged: the reader's words
  std::string learner, scenario;  // empty for a recording of the bare proxy
  std::vector<ListedAttempt> attempts;
  std::int64_t started_us = 0, last_us = 0;  // of the first and the last event
  std::uint64_t events = 0;
  std::uint64_t statements = 0;
  bool statements_exact = true;  // else requests were counted: a query string is one
  std::uintmax_t bytes = 0;
};

Listed list_file(const std::filesystem::path& file);

boost::json::object to_json(const Listed& listed);
// Lines for people, with a head; everything recorded made harmless for terminals.
std::string list_text(const std::vector<Listed>& files);

}  // namespace ride::audit
