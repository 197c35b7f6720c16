#include "cli/rerun_print.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <utility>

#include "base/json.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

bool same(const RerunResult& result) {
  return result.report.stopped.empty() && result.report.differences.empty() && result.grade.empty();
}

std::string seconds(std::int64_t us) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(us) / 1e6);
  return text.data();
}

std::string rate(std::size_t statements, std::int64_t us) {
  if (us <= 0) return "";
  const auto per_second = static_cast<double>(statements) * 1e6 / static_cast<double>(us);
  return " (" + std::to_string(static_cast<std::int64_t>(per_second)) + " statements/s)";
}

std::size_t count_same(const RerunReport& report) {
  std::size_t different = 0;
  std::int64_t last = 0;
  for (const auto& difference : report.differences)
    if (difference.n > 0 && difference.n != std::exchange(last, difference.n)) ++different;
  return report.outcomes - std::min(different, report.outcomes);
}

void print_text(const RerunResult& result) {
  const auto& report = result.report;
  for (const auto& note : result.notes) std::cout << "note      " << note << '\n';
  for (const auto& [n, line] : report.differences)
    std::cout << "  " << (n > 0 ? "#" + std::to_string(n) + "  " : "") << line << '\n';
  if (!report.ahead.empty())
    std::cout << "order     " << report.ahead.size() << " statements went ahead, the first #"
              << report.ahead.front() << ": locks were got in another order\n";
  std::cout << "outcomes  " << count_same(report) << " of " << report.outcomes << " the same\n";
  if (!report.stopped.empty()) std::cout << "stopped   " << report.stopped << '\n';
  for (const auto& line : result.grade) std::cout << "  " << line << '\n';
  if (result.graded)
    std::cout << "verdict   " << (result.grade.empty() ? "the same: " : "differs: ") << result.then
              << (result.grade.empty() ? "" : ", now " + std::to_string(result.now)) << '\n';
  std::cout << "time      " << seconds(report.took_us) << rate(report.outcomes, report.took_us)
            << "; as recorded " << seconds(report.recorded_us)
            << rate(report.outcomes, report.recorded_us) << '\n';
}

void print_object(const RerunResult& result) {
  const auto& report = result.report;
  json::array differences;
  for (const auto& [n, line] : report.differences)
    differences.push_back(json::object{{"n", n}, {"difference", line}});
  json::object out{{"same", same(result)},
                   {"file", result.file},
                   {"attempt", result.attempt},
                   {"outcomes", {{"compared", report.outcomes}, {"same", count_same(report)}}},
                   {"differences", std::move(differences)},
                   {"ahead", json::array(report.ahead.begin(), report.ahead.end())},
                   {"notes", json::array(result.notes.begin(), result.notes.end())},
                   {"took_us", report.took_us},
                   {"recorded_us", report.recorded_us}};
  if (!report.stopped.empty()) out["stopped"] = report.stopped;
  if (result.graded)
    out["verdict"] = {{"same", result.grade.empty()},
                      {"then", result.then},
                      {"now", result.now},
                      {"differences", json::array(result.grade.begin(), result.grade.end())}};
  print_json(out);
}

}  // namespace

void print_result(const RerunResult& result, bool json) {
  if (json)
    print_object(result);
  else
    print_text(result);
  std::cout.flush();
}

}  // namespace ride::cli
