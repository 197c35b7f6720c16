#include "tests/drivers/program.hpp"

#include <algorithm>
#include <iostream>

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

void check_connections(Recording& recording, Tls tls) {
  const auto opened = recording.events("connection_opened");
  for (const auto& event : opened) {
    const bool encrypted = text(event, "tls").starts_with("TLSv1");
    // A cancel may come in plain though its session is encrypted: libpq's does.
    const auto connection = number(event, "connection");
    bool ready = false;
    for (const auto& other : recording.events("connection_ready"))
      ready = ready || number(other, "connection") == connection;
    if (ready) CHECK(encrypted == (tls == Tls::on));
  }
  CHECK(eventually([&] { return recording.events("connection_closed").size() == opened.size(); }));
  CHECK(recording.events("gap").empty());
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
  INFO(directly.output.substr(directly.output.size() -
                              std::min<std::size_t>(directly.output.size(), 2000)));
  REQUIRE(directly.status == 0);

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
