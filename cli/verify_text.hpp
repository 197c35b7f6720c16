// What `ride audit verify` says, as text and as JSON. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/file_order.hpp"
#include "journal/facts/verify.hpp"
#include "journal/redacted_copy.hpp"
#include "journal/verify.hpp"

namespace ride::cli {

struct VerifyReport {
  std::string file;
  journal::Verified record;
  std::vector<journal::facts::FactsVerified> facts;
  bool key_given = false;
  double seconds = 0;  // that looking at the record took, without the facts
  std::vector<journal::Redaction> redactions = {};

  bool is_sound() const;
};

// What a sound answer leaves open, in whole sentences; by the weight they have.
std::vector<std::string> unproven(const VerifyReport& report);

std::string to_text(const VerifyReport& report);
boost::json::object to_json(const VerifyReport& report);

// Of a folder of `files`, behind what was said of each of them.
std::string to_text(const std::string& folder, std::size_t files, const FileOrder& order);
boost::json::object to_json(const std::string& folder, std::size_t files, const FileOrder& order,
                            bool sound);

}  // namespace ride::cli
