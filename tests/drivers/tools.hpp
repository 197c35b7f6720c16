// PostgreSQL's own programs at the test's server or through ride, and what the journal says of
// them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/proxy/recording.hpp"

namespace ride::test {

struct Address {
  std::string host, port;
};
Address directly();
Address through(Recording& recording);

std::string program(const std::string& name);  // its path

// Runs one of PostgreSQL's programs as oncall, and requires that it succeeds. What it printed.
std::string run_tool(const Address& at, const std::vector<std::string>& words,
                     const std::string& input = "", const std::string& sslmode = "prefer");

// The texts of simple queries, each with the `ended` of one of its statements.
std::vector<std::pair<std::string, boost::json::object>> ended_queries(Recording& recording);

bool all_closed(Recording& recording);

}  // namespace ride::test
