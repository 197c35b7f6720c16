// Real drivers: each does what its users do (connect, prepare, binary values, COPY, cancel, notify,
// errors, transactions, large values), and must not be able to tell that ride is there.
#include "tests/catch.hpp"
#include "tests/drivers/program.hpp"

using namespace ride::test;

namespace {

// The distribution's: its packages are not seen by a Python of one's own.
std::vector<std::string> python(const std::string& program) {
  return {"/usr/bin/python3", "-B", driver_source(program)};
}

}  // namespace

TEST_CASE("psycopg 2 cannot tell ride from the server, and all it ran is on record",
          "[postgres][drivers]") {
  require_same_through_ride(python("psycopg2_driver.py"), Tls::off);
}

TEST_CASE("psycopg 2 with sslmode=require cannot tell ride from the server",
          "[postgres][drivers]") {
  require_same_through_ride(python("psycopg2_driver.py"), Tls::on);
}

TEST_CASE("psycopg 3 cannot tell ride from the server, and all it ran is on record",
          "[postgres][drivers]") {
  require_same_through_ride(python("psycopg3_driver.py"), Tls::off);
}

TEST_CASE("psycopg 3 with sslmode=require cannot tell ride from the server",
          "[postgres][drivers]") {
  require_same_through_ride(python("psycopg3_driver.py"), Tls::on);
}
