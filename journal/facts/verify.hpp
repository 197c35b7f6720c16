// Do the facts that stand in a file follow from its events? For each submit: the stored rows must
// have the digest that its event names, and, where this program has the versions that derived them,
// must come out again. A submit that was cut off can leave rows that no event names: of them is
// asked whether they come out again. The caller's Reader, the caller's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/reader.hpp"
#include "sql/worker.hpp"

namespace ride::journal::facts {

struct FactsVerified {
  std::uint32_t attempt = 0;
  bool derived_again =
      false;             // false: other versions derived them, and the digest alone was compared
  std::string versions;  // of what derived them, JSON
  std::string wrong;     // empty: nothing is
  bool named = true;     // by a submit; else nothing in ride reads them
};

// In the order of the submits, then the attempts whose facts no submit names.
std::vector<FactsVerified> verify(Reader& reader, sql::Analyser& analyser);

}  // namespace ride::journal::facts
