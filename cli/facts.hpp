// The step between the record and the grade: derives the facts of one attempt and stores them in
// its file. Called once for an attempt, after its last event is committed.
#pragma once

#include <cstdint>
#include <string>

#include "journal/sha256.hpp"
#include "journal/writer.hpp"

namespace ride::cli {

struct StoredFacts {
  journal::Digest digest{};
  std::string versions;  // of what derived them, JSON
};

StoredFacts derive_and_store_facts(journal::Writer& writer, std::uint32_t attempt);

}  // namespace ride::cli
