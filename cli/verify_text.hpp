// What `ride audit verify` says, as text and as JSON. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

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

}  // namespace ride::cli
