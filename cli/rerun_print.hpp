// Says what came of carrying an attempt out again: for people, or as one JSON object.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/rerun.hpp"

namespace ride::cli {

struct RerunResult {
  std::string file;
  std::uint32_t attempt = 0;
  std::vector<std::string> notes;
  RerunReport report;
  bool graded = false;
  int then = 0, now = 0;           // points
  std::vector<std::string> grade;  // differences of the verdict
};

void print_result(const RerunResult& result, bool json);

}  // namespace ride::cli
