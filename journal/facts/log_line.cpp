#include "journal/facts/log_line.hpp"

#include <charconv>
#include <chrono>

#include "base/json.hpp"

namespace ride::journal::facts {
namespace {

// "2026-06-01 12:34:56.789 UTC": the server logs in UTC. 0 where it says anything else.
std::int64_t microseconds_of(const std::string& timestamp) {
  constexpr std::string_view shape = "0000-00-00 00:00:00.000 UTC";
  if (timestamp.size() != shape.size()) return 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = timestamp[i] >= '0' && timestamp[i] <= '9';
    if (shape[i] == '0' ? !digit : timestamp[i] != shape[i]) return 0;
  }
  const auto part = [&](std::size_t from, std::size_t count) {
    int value = 0;
    std::from_chars(timestamp.data() + from, timestamp.data() + from + count, value);
    return value;
  };
  using namespace std::chrono;
  const sys_days day = year(part(0, 4)) / month(static_cast<unsigned>(part(5, 2))) /
                       std::chrono::day(static_cast<unsigned>(part(8, 2)));
  const auto moment = day + hours(part(11, 2)) + minutes(part(14, 2)) + seconds(part(17, 2)) +
                      milliseconds(part(20, 3));
  return duration_cast<microseconds>(moment.time_since_epoch()).count();
}

}  // namespace

std::optional<LogLine> read_log_line(const Event& event, const Fields& fields) {
  boost::system::error_code error;
  const auto text = fields.get_bytes(Field::text);
  const auto parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error || !parsed.is_object()) return std::nullopt;
  const auto& object = parsed.get_object();
  const auto word = [&](const char* key) {
    const auto* found = object.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  LogLine line;
  line.seq = event.seq;
  line.at_us = event.at_us;
  line.pid = static_cast<std::int64_t>(fields.get_int(Field::pid));
  if (const auto* pid = object.if_contains("pid"); pid != nullptr && pid->is_int64())
    line.pid = pid->get_int64();
  const auto session = word("session_id");
  std::from_chars(session.data(), session.data() + session.size(), line.backend_started_s, 16);
  line.logged_us = microseconds_of(word("timestamp"));
  line.severity = word("error_severity");
  line.sqlstate = word("state_code");
  line.message = word("message");
  line.detail = word("detail");
  line.context = word("context");
  line.statement = word("statement");
  line.database = word("dbname");
  line.user = word("user");
  line.server = fields.get_bytes(Field::server);
  line.activity = word("ps");
  return line;
}

}  // namespace ride::journal::facts
