#include "sandbox/service_meter.hpp"

#include "tests/catch.hpp"

using namespace ride::sandbox;
using namespace std::chrono_literals;

namespace {

const ServiceMeter::Time noon{std::chrono::hours(12)};

}  // namespace

TEST_CASE("errors are counted by SQLSTATE, and lately by the window", "[sandbox][meter]") {
  ServiceMeter meter;
  meter.failed("53300", noon);
  meter.failed("53300", noon + 9s);
  meter.failed("40P01", noon + 9s);
  meter.operation_done(noon + 9s);
  const auto reading = meter.read(noon + 11s);
  CHECK(reading.errors == std::map<std::string, std::uint64_t>{{"40P01", 1}, {"53300", 2}});
  CHECK(reading.errors_lately == 2);
  CHECK(reading.operations == 1);
  CHECK(reading.operations_lately == 1);
}

TEST_CASE("a statement under way counts with the time until now", "[sandbox][meter]") {
  ServiceMeter meter;
  meter.connected(7);
  meter.statement_began(7, noon);
  CHECK(meter.read(noon + 20s).statements_us_lately == std::vector<std::int64_t>{20'000'000});
  meter.statement_ended(7, noon + 21s);
  CHECK(meter.read(noon + 22s).statements_us_lately == std::vector<std::int64_t>{21'000'000});
  CHECK(meter.read(noon + 40s).statements_us_lately.empty());
}

TEST_CASE("what was under way when its session went is not counted on", "[sandbox][meter]") {
  ServiceMeter meter;
  meter.connected(7);
  meter.statement_began(7, noon);
  meter.gone(7);
  const auto reading = meter.read(noon + 1s);
  CHECK(reading.pids.empty());
  CHECK(reading.statements_us_lately.empty());
}

TEST_CASE("no number of samples makes a meter grow beyond its limit", "[sandbox][meter]") {
  ServiceMeter meter;
  meter.connected(7);
  for (std::size_t i = 0; i < ServiceMeter::samples_max + 5; ++i) {
    meter.statement_began(7, noon);
    meter.statement_ended(7, noon + 1ms);
  }
  CHECK(meter.read(noon + 1s).statements_us_lately.size() == ServiceMeter::samples_max);
}

TEST_CASE("p95 is the value that 95 of 100 are not above", "[sandbox][meter]") {
  CHECK_FALSE(p95({}));
  CHECK(p95({4}) == 4);
  std::vector<std::int64_t> values;
  for (int i = 100; i > 0; --i) values.push_back(i);
  CHECK(p95(values) == 95);
  values.push_back(1'000);
  CHECK(p95(values) == 96);
}
