// What an operation of an application sends, statement by statement. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/scenario.hpp"

namespace ride::sandbox {

struct OperationStep {
  std::string sql;
  std::vector<std::string> parameters;  // none, or the value of $1
  bool rows_wanted = false;             // `per_row` is sent for each row of its answer
};

// Those of the n-th time: its values are from, from + 1, …, to, from, … BEGIN and COMMIT included,
// `per_row` not: it comes behind the step that says so.
std::vector<OperationStep> steps_of(const Operation& operation, std::uint64_t n);

// The pause before try number `tries` + 1, where `tries` have failed; 0 for a backoff of zeros.
int pause_ms(const Backoff& backoff, int tries);

bool is_retried(const Retry& retry, const std::string& sqlstate, int tries);

}  // namespace ride::sandbox
