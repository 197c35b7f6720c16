// The incident's own workload at submit: each actor that has one does a fixed number of operations
// on a fresh connection, each a transaction of its own, within a time limit.
#pragma once

#include "sandbox/cluster.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/scenario.hpp"

namespace ride::sandbox {

// One after the other, in the scenario's order, recorded. What fails is a result, never an error.
void run_workloads(const Cluster& cluster, const Scenario& scenario, Recorder& recorder);

}  // namespace ride::sandbox
