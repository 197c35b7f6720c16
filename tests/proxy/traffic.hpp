// What clients do all day, each on connections of its own, against a proxy: for tests that compare
// what was recorded with what the server saw. Every call returns when its clients are gone. The
// tables are made by make_tables(); prepared statements have one meaning each throughout.
#pragma once

#include <vector>

#include "tests/proxy/recording.hpp"

namespace ride::test {

void make_tables(Recording& recording);

void run_psql(Recording& recording);
// Both as pgbench names them.
void run_pgbench(Recording& recording, const char* protocol, const char* script);
void run_pipelines(Recording& recording);
void run_copies(Recording& recording);
void run_cancels(Recording& recording);
void run_extended(Recording& recording);  // raw messages, batch by batch
void run_deaths(Recording& recording);    // sessions that end in the middle of a result

}  // namespace ride::test
