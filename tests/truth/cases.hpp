// What clients can do with transactions, case by case, and what the record must say of each marked
// statement. Each is also checked against the server: see trial.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/truth/trial.hpp"

namespace ride::test {

struct TruthCase {
  std::string name;
  std::function<void(Trial&)> run;
  std::vector<std::string> told;  // "7 committed", "8 failed 22012", …, as Trial::told()
};

std::vector<TruthCase> simple_cases();    // query strings
std::vector<TruthCase> extended_cases();  // pipelines and portals
std::vector<TruthCase> ending_cases();    // sessions that end in the middle
std::vector<TruthCase> prepared_cases();  // two-phase commit

}  // namespace ride::test
