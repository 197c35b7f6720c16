// What `ride proxy` tells Prometheus: the text format 0.0.4 of all there is to be watched.
#pragma once

#include <string>
#include <vector>

#include "cli/journal_files.hpp"
#include "proxy/proxy.hpp"

namespace ride::cli {

// A function of its arguments: `counters` and `rings` have one entry a thread.
std::string metrics_page(const std::vector<const proxy::Counters*>& counters,
                         const std::vector<proxy::Proxy::RingUse>& rings, std::size_t sessions,
                         const JournalFiles::State& journal);

}  // namespace ride::cli
