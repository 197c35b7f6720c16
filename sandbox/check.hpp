// End-state checks, confirmations and probes. They run as ride_check, which may read everything and
// change nothing, on a fresh connection whose settings the learner cannot reach: whatever they
// touch may be the learner's code. What cannot be read is a result, never an error.
#pragma once

#include <string>
#include <vector>

#include "sandbox/cluster.hpp"
#include "sandbox/recorder.hpp"
#include "scorer/rules.hpp"

namespace ride::sandbox {

struct Reading {
  bool readable = false;
  std::string value;    // of the one row's first column; null is ""
  std::string message;  // why it is not readable
};

// One value. More than one row is not readable.
Reading read_value(const Cluster& cluster, const std::string& database, const std::string& sql,
                   const std::string& server = "");

// "" where every "schema.name" is an ordinary or partitioned table without rules, else the reason.
std::string trouble_with_tables(const Cluster& cluster, const std::string& database,
                                const std::vector<std::string>& tables,
                                const std::string& server = "");

// All checks that have SQL or tables, recorded; `moment` is "before" or "after" the workload.
void run_checks(const Cluster& cluster, const Scenario& scenario, const std::string& moment,
                Recorder& recorder);

}  // namespace ride::sandbox
