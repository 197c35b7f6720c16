#include "cli/dashboard.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/json.hpp"
#include "scorer/text.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t errors_shown_max = 3;
constexpr std::size_t label_width = 10;

std::string text(const json::object& object, std::string_view key) {
  return scorer::printable_line(object.at(key).as_string());
}

std::string number(const json::object& object, std::string_view key) {
  return std::to_string(object.at(key).to_number<std::int64_t>());
}

std::string decimal(double value, const char* unit) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%.1f%s", value, unit);
  return out.data();
}

std::string per_second(const json::object& service, std::string_view key) {
  return decimal(service.at(key).to_number<double>(), "/s");
}

std::string p95_of(const json::object& service) {
  const auto& value = service.at("p95_ms");
  if (value.is_null()) return "-";
  const auto ms = value.to_number<double>();
  return ms < 1'000 ? decimal(ms, " ms") : decimal(ms / 1'000, " s");
}

// The most frequent first: "53300 ×40, 40P01 ×2"; "" where there are none.
std::string errors_of(const json::object& service) {
  std::vector<std::pair<std::int64_t, std::string>> sorted;
  for (const auto& pair : service.at("errors").as_object())
    sorted.emplace_back(-pair.value().to_number<std::int64_t>(), pair.key());
  std::sort(sorted.begin(), sorted.end());
  std::string out;
  for (std::size_t i = 0; i < sorted.size() && i < errors_shown_max; ++i) {
    const auto& [negative, sqlstate] = sorted[i];
    out += (i == 0 ? "" : ", ") + (sqlstate.empty() ? "no answer" : sqlstate) + " ×" +
           std::to_string(-negative);
  }
  if (sorted.size() > errors_shown_max) out += ", …";
  return out;
}

std::string labelled(const std::string& label, const std::string& value) {
  return scorer::fit(label, label_width) + "  " + value;
}

}  // namespace

json::object to_json(const sandbox::Dashboard& dashboard) {
  json::object errors;
  for (const auto& [sqlstate, count] : dashboard.errors) errors[sqlstate] = count;
  json::object out{{"sessions", dashboard.sessions},
                   {"sessions_wanted", dashboard.sessions_wanted},
                   {"blocked", dashboard.blocked},
                   {"operations_per_second", dashboard.operations_per_second},
                   {"errors_per_second", dashboard.errors_per_second},
                   {"errors", std::move(errors)},
                   {"p95_ms", nullptr},
                   {"slots_used", dashboard.slots.used},
                   {"slots_max", dashboard.slots.max}};
  if (dashboard.p95_us) out["p95_ms"] = static_cast<double>(*dashboard.p95_us) / 1'000;
  return out;
}

std::vector<std::string> service_lines(const json::object& service) {
  const auto errors = errors_of(service);
  return {labelled("sessions", number(service, "sessions") + " of " +
                                   number(service, "sessions_wanted") + " that it wants"),
          labelled("blocked", number(service, "blocked") + " wait for a lock"),
          labelled("work", per_second(service, "operations_per_second")),
          labelled("errors", per_second(service, "errors_per_second") +
                                 (errors.empty() ? "" : "  " + errors)),
          labelled("p95", p95_of(service)),
          labelled("slots", number(service, "slots_used") + " of " + number(service, "slots_max"))};
}

std::vector<std::string> probe_lines(const json::array& probes) {
  std::vector<std::string> out;
  for (const auto& value : probes) {
    const auto& probe = value.as_object();
    out.push_back(
        labelled(text(probe, "state"), text(probe, "title") + ": " + text(probe, "value")));
  }
  return out;
}

std::string one_line(const json::object& status) {
  std::string out = text(status, "phase");
  if (const auto* value = status.if_contains("service")) {
    const auto& service = value->as_object();
    const auto errors = errors_of(service);
    out += "  sessions " + number(service, "sessions") + "/" + number(service, "sessions_wanted") +
           "  blocked " + number(service, "blocked") + "  work " +
           per_second(service, "operations_per_second") + "  errors " +
           per_second(service, "errors_per_second") + (errors.empty() ? "" : " (" + errors + ")") +
           "  p95 " + p95_of(service) + "  slots " + number(service, "slots_used") + "/" +
           number(service, "slots_max");
  }
  for (const auto& value : status.at("probes").as_array()) {
    const auto& probe = value.as_object();
    out +=
        "  " + text(probe, "id") + " " + text(probe, "state") + " (" + text(probe, "value") + ")";
  }
  return out;
}

}  // namespace ride::cli
