// The incident's own workload at submit: each actor that has one does a fixed number of operations
// on fresh connections, within a time limit.
#pragma once

#include "sandbox/cluster.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/scenario.hpp"

namespace ride::sandbox {

// All at once, as the application would; recorded in the scenario's order. What fails is a result,
// never an error.
void run_workloads(const Cluster& cluster, const Scenario& scenario, Recorder& recorder);

}  // namespace ride::sandbox
