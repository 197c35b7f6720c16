// Makes a copy of an attempt file that has lost what a policy names, to be handed on. The copy is
// made of events, not of pages: nothing of what was taken out is in it, not in the texts, the facts
// (derived anew from what is left) nor in free space. It has an id and a signed chain of its own,
// and its last event says what was taken out and of which file it is a copy.
#pragma once

#include <filesystem>
#include <functional>

#include "audit/redact_policy.hpp"
#include "journal/key.hpp"
#include "journal/redacted_copy.hpp"

namespace ride::audit {

struct RedactOptions {
  RedactPolicy policy;
  journal::SigningKey key;  // signs the copy
  std::string version;      // ride's
  std::int64_t now_us = 0;
  std::function<void(journal::Seq done, journal::Seq of)> progress = {};  // now and then
};

// `from` is not touched. It must be at rest, and what was recorded: a copy with a chain of its own
// would hide what was done to it. `to` must not be there; it is whole or not there afterwards.
// Throws one line.
journal::Redaction redact(const std::filesystem::path& from, const std::filesystem::path& to,
                          const RedactOptions& options);

}  // namespace ride::audit
