// Photographs of the catalogs, for what neither wire nor log can tell: roles, grants, settings,
// databases. Reads pg_catalog as superuser with pinned settings and calls no code of the learner's.
#pragma once

#include <string>

#include "sandbox/cluster.hpp"
#include "sandbox/control.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/scenario.hpp"

namespace ride::sandbox {

// One event per database (those of the scenario that are gone included) and one, with the empty
// name, for the cluster. A database that cannot be read is recorded as {"unreadable": "why"}.
void record_snapshot(const std::string& moment, const Scenario& scenario, const Cluster& cluster,
                     Control& control, Recorder& recorder);

}  // namespace ride::sandbox
