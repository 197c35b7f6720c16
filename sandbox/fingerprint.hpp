// What a seeded database holds, as one value: every table of the scenario's databases with its
// number of rows and a digest of them. Two starts of one scenario must have the same.
#pragma once

#include <string>

#include "sandbox/cluster.hpp"
#include "sandbox/scenario.hpp"

namespace ride::sandbox {

// "shop.public.orders 10 5d41…" for each table. Reads as ride_check; throws std::runtime_error
// where it may not.
std::string content_fingerprint(const Cluster& cluster, const Scenario& scenario);

}  // namespace ride::sandbox
