#include "tests/drivers/program.hpp"

#include <algorithm>
#include <iostream>
#include <set>

#include "journal/event_json.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"
#include "tests/drivers/transcript.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

constexpr const char* host = "127.0.0.1";

Finished run_at(std::vector<std::string> words, std::uint16_t port, const char* sslmode) {
  words.insert(words.end(), {host, std::to_string(port), sslmode});
  return run(words, "", {.environment = {"PGUSER=oncall", "PGDATABASE=postgres"}});
}

journal::facts::Facts facts_of(Recording& recording) {
  recording.writer().flush();
  journal::Reader reader(recording.writer().file());
  sql::Analyser analyser;
  return journal::facts::derive(reader.all(), analyser);
}

// Only these: what a driver sends in bulk is on record too.
std::vector<boost::json::object> events(Recording& recording, journal::Kind kind) {
  recording.writer().flush();
  journal::Reader reader(recording.writer().file());
  std::vector<boost::json::object> out;
  for (const auto& event : reader.all({.kinds = {kind}})) out.push_back(journal::to_json(event));
  return out;
}

void check_connections(Recording& recording, Tls tls) {
  const auto opened = events(recording, journal::Kind::connection_opened);
  std::set<std::int64_t>
      ready;  // a cancel is never: libpq's comes in plain though its session is not
  for (const auto& event : events(recording, journal::Kind::connection_ready))
    ready.insert(number(event, "connection"));
  for (const auto& event : opened)
    if (ready.contains(number(event, "connection")))
      CHECK(text(event, "tls").starts_with("TLSv1") == (tls == Tls::on));
  CHECK(eventually(
      [&] { return events(recording, journal::Kind::connection_closed).size() == opened.size(); }));
  CHECK(events(recording, journal::Kind::gap).empty());
}

std::string last_lines(const std::string& output) {
  constexpr std::size_t shown_bytes_max = 2'000;
  return output.substr(output.size() - std::min(output.size(), shown_bytes_max));
}

}  // namespace

void require_same_through_ride(const std::vector<std::string>& words, Tls tls) {
  const auto port = free_port();
  const Postgres server({}, port);
  const auto directly = run_at(words, port, "disable");
  if (directly.output.starts_with("SKIPPED:")) {
    std::cout << directly.output << std::endl;
    return;
  }
  {
    INFO(last_lines(directly.output));
    REQUIRE(directly.status == 0);
  }

  proxy::Options options;
  options.upstream = {host, port};
  Recording recording(std::move(options));
  const auto through =
      run_at(words, recording.proxy().port(), tls == Tls::on ? "require" : "disable");
  CHECK(through.status == 0);
  CHECK(first_difference(through.output, directly.output) == "");

  check_connections(recording, tls);
  const auto said = claims(through.output);
  CHECK(said.size() > 10);
  CHECK(contradictions(said, facts_of(recording)) == "");
}

std::string driver_source(const std::string& name) { return RIDE_DRIVERS_SOURCE "/" + name; }
std::string driver_build(const std::string& name) { return RIDE_DRIVERS_BUILD "/" + name; }

}  // namespace ride::test
