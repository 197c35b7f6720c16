#include "sandbox/operation.hpp"

#include <algorithm>

namespace ride::sandbox {
namespace {

std::string value_of(const std::optional<ValueRange>& values, std::uint64_t n) {
  if (!values) return "";
  const auto count = static_cast<std::uint64_t>(values->to - values->from + 1);
  return std::to_string(values->from + static_cast<long long>(n % count));
}

}  // namespace

std::vector<OperationStep> steps_of(const Operation& operation, std::uint64_t n) {
  std::vector<OperationStep> out;
  if (operation.transaction) out.push_back({"BEGIN", {}, false});
  for (const auto& sql : operation.statements) {
    const bool takes_value = sql.find("$1") != std::string::npos;
    out.push_back({sql,
                   takes_value ? std::vector<std::string>{value_of(operation.values, n)}
                               : std::vector<std::string>{},
                   false});
  }
  out.back().rows_wanted = !operation.per_row.empty();
  if (operation.transaction) out.push_back({"COMMIT", {}, false});
  return out;
}

int pause_ms(const Backoff& backoff, int tries) {
  long long pause = backoff.first_ms;
  for (int i = 1; i < tries && pause < backoff.max_ms; ++i) pause *= 2;
  return static_cast<int>(std::min<long long>(pause, backoff.max_ms));
}

bool is_retried(const Retry& retry, const std::string& sqlstate, int tries) {
  const bool named =
      std::find(retry.errors.begin(), retry.errors.end(), sqlstate) != retry.errors.end();
  return named && (retry.times == 0 || tries <= retry.times);
}

}  // namespace ride::sandbox
