#include "replay/cast.hpp"

#include <cstdio>
#include <ostream>

#include "base/json.hpp"
#include "replay/document.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

namespace json = boost::json;

constexpr std::size_t result_rows_max = 40;
constexpr std::size_t label_columns_max = 60;

class Events {
 public:
  Events(std::ostream& out, double speed) : out_(out), speed_(speed) {}

  // Times are relative to the event before, to the microsecond.
  void add(std::int64_t played_us, const char* code, const std::string& data) {
    const auto now = static_cast<std::int64_t>(static_cast<double>(played_us) / speed_);
    char interval[40];
    std::snprintf(interval, sizeof interval, "%lld.%06lld",
                  static_cast<long long>((now - last_us_) / 1'000'000),
                  static_cast<long long>((now - last_us_) % 1'000'000));
    last_us_ = now;
    out_ << '[' << interval << ", \"" << code << "\", " << json::serialize(json::string(data))
         << "]\n";
  }

 private:
  std::ostream& out_;
  double speed_;
  std::int64_t last_us_ = 0;
};

json::object header_of(const Timeline& timeline, const CastStyle& style) {
  json::object out{
      {"version", 3},
      {"term", {{"cols", style.columns}, {"rows", style.rows}, {"type", "xterm-256color"}}}};
  if (timeline.size() > 0) out["timestamp"] = timeline.moments().front().at_us / 1'000'000;
  if (!style.title.empty()) out["title"] = scorer::printable_line(style.title);
  return out;
}

std::string label_of(const Line& line) {
  const auto text = plain_text(line);
  const auto begin = text.find("· ");
  return scorer::cut(begin == std::string::npos ? text : text.substr(begin + 3), label_columns_max);
}

}  // namespace

void write_cast(const Timeline& timeline, const CastStyle& style, std::ostream& out) {
  out << json::serialize(header_of(timeline, style)) << '\n';
  const bool folded = !style.tool_queries;
  Document document(timeline);
  document.set({.width = style.columns, .folded = folded, .rows_max = result_rows_max});
  document.show(timeline.size());
  Events events(out, style.speed);
  const auto& items = timeline.items(folded);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& lines = document.lines(i);
    if (lines.empty()) continue;
    const auto at = timeline.played_at(items[i].first + items[i].count - 1);
    if (!items[i].folded && is_marker(timeline.moments()[items[i].first]))
      events.add(at, "m", label_of(lines.front()));
    std::string text;
    for (const auto& line : lines) text += to_terminal(line, true) + "\r\n";
    events.add(at, "o", text);
  }
  events.add(timeline.length_us(), "x", "0");
}

}  // namespace ride::replay
