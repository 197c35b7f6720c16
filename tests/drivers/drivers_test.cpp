// Real drivers: each does what its users do (connect, prepare, binary values, COPY, cancel, notify,
// errors, transactions, large values), and must not be able to tell that ride is there.
#include <filesystem>
#include <iostream>

#include "tests/catch.hpp"
#include "tests/drivers/program.hpp"

using namespace ride::test;

namespace {

// The distribution's: its packages are not seen by a Python of one's own.
std::vector<std::string> python(const std::string& program) {
  return {"/usr/bin/python3", "-B", driver_source(program)};
}

std::vector<std::string> jdbc() {
  return {"java", "-cp", "/usr/share/java/postgresql.jar:" + driver_build(""), "JdbcDriver"};
}

// What the build could not make for want of a package. Catch2 2 cannot skip: ctest reads the line.
bool is_missing(const std::string& file, const char* why) {
  if (std::filesystem::exists(driver_build(file))) return false;
  std::cout << "SKIPPED: " << why << std::endl;
  return true;
}
constexpr const char* no_libpqxx = "libpqxx, because libpqxx-dev is not installed";
constexpr const char* no_jdbc =
    "JDBC, because libpostgresql-jdbc-java, ecj or a Java runtime is not installed";

std::vector<std::string> node() { return {"node", driver_source("node/driver.js")}; }

bool is_node_missing() {
  if (run({"node", "--version"}).status == 0) return false;
  std::cout << "SKIPPED: node-postgres, because node is not installed" << std::endl;
  return true;
}

}  // namespace

TEST_CASE("libpq's pipelines cannot tell ride from the server, and all they ran is on record",
          "[postgres][drivers]") {
  require_same_through_ride({driver_build("libpq_driver")}, Tls::off);
}

TEST_CASE("libpq's pipelines with sslmode=require cannot tell ride from the server",
          "[postgres][drivers]") {
  require_same_through_ride({driver_build("libpq_driver")}, Tls::on);
}

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

TEST_CASE("libpqxx cannot tell ride from the server, and all it ran is on record",
          "[postgres][drivers]") {
  if (is_missing("libpqxx_driver", no_libpqxx)) return;
  require_same_through_ride({driver_build("libpqxx_driver")}, Tls::off);
}

TEST_CASE("libpqxx with sslmode=require cannot tell ride from the server", "[postgres][drivers]") {
  if (is_missing("libpqxx_driver", no_libpqxx)) return;
  require_same_through_ride({driver_build("libpqxx_driver")}, Tls::on);
}

TEST_CASE("JDBC cannot tell ride from the server, and all it ran is on record",
          "[postgres][drivers]") {
  if (is_missing("JdbcDriver.class", no_jdbc)) return;
  require_same_through_ride(jdbc(), Tls::off);
}

TEST_CASE("JDBC with sslmode=require cannot tell ride from the server", "[postgres][drivers]") {
  if (is_missing("JdbcDriver.class", no_jdbc)) return;
  require_same_through_ride(jdbc(), Tls::on);
}

TEST_CASE("node-postgres cannot tell ride from the server, and all it ran is on record",
          "[postgres][drivers]") {
  if (is_node_missing()) return;
  require_same_through_ride(node(), Tls::off);
}

TEST_CASE("node-postgres with sslmode=require cannot tell ride from the server",
          "[postgres][drivers]") {
  if (is_node_missing()) return;
  require_same_through_ride(node(), Tls::on);
}
