// Runs a program and collects what it prints. Its own file, so that lab.cpp stays about the lab.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/lab/lab.hpp"
#include "tests/support/postgres.hpp"

namespace ride::lab {

// The ids of all processes whose command line or environment holds that text.
std::vector<pid_t> processes_with(const std::string& text);

using test::free_port;

}  // namespace ride::lab
