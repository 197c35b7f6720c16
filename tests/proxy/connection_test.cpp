// TLS, passwords, cancels, and connections that end in other ways than by goodbye.
#include <signal.h>

#include <array>

#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::test;
using namespace std::chrono_literals;

namespace {

bool backend_is_there(const std::string& pid) {
  return Postgres::instance().value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid) ==
         "1";
}

// Under way at the server, not merely at the proxy: a cancel that comes before the statement has
// begun hits nothing, with or without a proxy.
bool sleeps(const Connection& connection) {
  const auto pid = std::to_string(PQbackendPID(connection.get()));
  return eventually([&] {
    return Postgres::instance().value(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = " +
               pid) == "1";
  });
}

}  // namespace

TEST_CASE("sslmode=require gets TLS, and the record says which", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect("sslmode=require");
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  CHECK(PQsslInUse(connection.get()) == 1);
  CHECK(value(connection, "SELECT 'through TLS'") == "through TLS");
  CHECK(text(recording.events("connection_opened").at(0), "tls").starts_with("TLSv1.3 "));
  // Larger than a TLS record and than one chunk, both ways.
  const std::string big(1'000'000, 'x');
  CHECK(value(connection, "SELECT '" + big + "'") == big);
}

TEST_CASE("sslmode=verify-full works with the proxy's certificate as root", "[postgres][proxy]") {
  Recording recording;
  const auto root = (recording.tls_directory() / "server.crt").string();
  const auto connection = recording.connect("sslmode=verify-full sslrootcert=" + root);
  CHECK(value(connection, "SELECT 1") == "1");
}

TEST_CASE("without a certificate SSLRequest is declined and sslmode=prefer goes on in plain",
          "[postgres][proxy]") {
  const TemporaryDirectory directory;
  ride::journal::Writer writer(directory / "plain.ride");
  const ride::Clock clock;
  ride::proxy::Options options;
  options.upstream = {Postgres::instance().socket_directory(), Postgres::port};
  ride::proxy::Proxy proxy(options, clock, writer);
  proxy.start();
  const auto dsn = "host=127.0.0.1 user=oncall dbname=postgres sslmode=prefer port=" +
                   std::to_string(proxy.port());
  const Connection connection(PQconnectdb(dsn.c_str()), PQfinish);
  CHECK(PQsslInUse(connection.get()) == 0);
  CHECK(value(connection, "SELECT 1") == "1");
}

TEST_CASE("clients beyond the limit are refused in the server's words, the others go on",
          "[postgres][proxy]") {
  const TemporaryDirectory directory;
  ride::journal::Writer writer(directory / "crowd.ride");
  const ride::Clock clock;
  ride::proxy::Options options;
  options.upstream = {Postgres::instance().socket_directory(), Postgres::port};
  options.limits.sessions_max = 2;
  ride::proxy::Proxy proxy(options, clock, writer);
  proxy.start();
  const auto connect = [&proxy] {
    const auto dsn = "host=127.0.0.1 user=oncall dbname=postgres sslmode=disable port=" +
                     std::to_string(proxy.port());
    return Connection(PQconnectdb(dsn.c_str()), PQfinish);
  };
  const auto first = connect();
  {
    const auto second = connect();
    REQUIRE(PQstatus(second.get()) == CONNECTION_OK);
    const auto third = connect();
    CHECK(PQstatus(third.get()) == CONNECTION_BAD);
    CHECK(std::string(PQerrorMessage(third.get())).find("too many clients already") !=
          std::string::npos);
  }
  CHECK(value(first, "SELECT 1") == "1");
  CHECK(eventually([&] { return PQstatus(connect().get()) == CONNECTION_OK; }));
}

TEST_CASE("SCRAM passes through, with TLS and without", "[postgres][proxy]") {
  Recording recording;
  const std::string password = std::string("user=scram_user password=") + scram_password;
  CHECK(value(recording.connect(password), "SELECT current_user") == "scram_user");
  CHECK(value(recording.connect(password + " sslmode=require channel_binding=prefer"),
              "SELECT current_user") == "scram_user");
  CHECK(recording.journal_bytes().find(scram_password) == std::string::npos);
  CHECK(recording.journal_bytes().find("SCRAM-SHA-256") == std::string::npos);
}

TEST_CASE("a wrong password is a refused connection", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect("user=scram_user password=planted-wrong-secret");
  CHECK(PQstatus(connection.get()) == CONNECTION_BAD);
  const auto refused = recording.events("connection_refused").at(0);
  CHECK(bytes(refused, "error").find("28P01") != std::string::npos);
  CHECK(recording.events("connection_ready").empty());
  CHECK(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "fatal");
  CHECK(recording.journal_bytes().find("planted-wrong-secret") == std::string::npos);
}

TEST_CASE("an unknown database is refused in the server's own words", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect("dbname=nowhere");
  CHECK(std::string(PQerrorMessage(connection.get())).find("database \"nowhere\" does not exist") !=
        std::string::npos);
  CHECK(recording.events("connection_refused").size() == 1);
}

TEST_CASE("a cancel hits its statement, never the next one, and is recorded", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect("sslmode=require");
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(connection.get()),
                                                                  PQfreeCancel);
  for (int round = 0; round < 20; ++round) {
    PQsendQuery(connection.get(), "SELECT pg_sleep(600)");
    PQflush(connection.get());
    REQUIRE(sleeps(connection));
    std::array<char, 256> error{};
    REQUIRE(PQcancel(cancel.get(), error.data(), static_cast<int>(error.size())) == 1);
    const Result result(PQgetResult(connection.get()), PQclear);
    CHECK(sqlstate(result) == "57014");
    while (Result(PQgetResult(connection.get()), PQclear)) continue;
    REQUIRE(value(connection, "SELECT 'not hit'") == "not hit");
  }
  const auto cancels = recording.events("cancel_requested");
  REQUIRE(cancels.size() == 20);
  const auto query = recording.events("query").at(0);
  // The event's own connection is the one that brought the cancel; the one it means is a field.
  CHECK(boost::json::serialize(cancels[0])
            .find("\"request\":" + std::to_string(number(query, "seq"))) != std::string::npos);
}

TEST_CASE("kill -9 of psql ends the backend of a statement that returns rows",
          "[postgres][proxy]") {
  Recording recording;
  Child psql({"psql", "-X", recording.dsn(), "-c", "SELECT generate_series(1, 1000000000)", "-A",
              "-v", "FETCH_COUNT=10"});
  REQUIRE(recording.has("connection_ready"));
  const auto pid = std::to_string(number(recording.events("connection_ready").at(0), "pid"));
  REQUIRE(backend_is_there(pid));
  psql.signal(SIGKILL);
  psql.wait();
  CHECK(eventually([&] { return !backend_is_there(pid); }));
  CHECK(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "client_gone");
}

TEST_CASE("the death of the backend reaches the client with nothing added", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  const auto pid = PQbackendPID(connection.get());
  PQsendQuery(connection.get(), "SELECT pg_sleep(600)");
  PQflush(connection.get());
  REQUIRE(sleeps(connection));
  Postgres::instance().value("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
  const Result result(PQgetResult(connection.get()), PQclear);
  CHECK(sqlstate(result) == "57P01");
  REQUIRE(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "fatal");
  const auto ended = recording.events("ended").at(0);
  CHECK(text(ended, "how") == "error");
  CHECK(recording.events("ready").empty());
}

TEST_CASE("a backend killed while idle leaves its error with the connection's end",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  Postgres::instance().value("SELECT pg_terminate_backend(" +
                             std::to_string(PQbackendPID(connection.get())) + ")");
  REQUIRE(recording.has("connection_closed"));
  const auto closed = recording.events("connection_closed").at(0);
  CHECK(text(closed, "how") == "fatal");
  CHECK(bytes(closed, "error").find("57P01") != std::string::npos);
}

TEST_CASE("a port that is taken is named", "[postgres][proxy]") {
  Recording recording;
  ride::proxy::Options options;
  options.listen = recording.proxy().addresses();
  std::string said;
  try {
    Recording second(options);
  } catch (const std::system_error& error) {
    said = error.what();
  }
  CHECK(said.find("127.0.0.1:" + std::to_string(recording.proxy().port())) != std::string::npos);
}

TEST_CASE("a server beside the first one has a port of its own, and its connections say so",
          "[postgres][proxy]") {
  const ride::proxy::Upstream server{Postgres::instance().socket_directory(), Postgres::port};
  ride::proxy::Options options;
  options.others = {{"standby", {{"127.0.0.1", 0}}, server}};
  Recording recording(options);
  const auto& proxy = recording.proxy();
  REQUIRE(proxy.port("standby") != proxy.port());
  const auto there = "port=" + std::to_string(proxy.port("standby"));
  CHECK(value(recording.connect(), "SELECT 1") == "1");
  CHECK(value(recording.connect(there), "SELECT 2") == "2");
  const auto opened = recording.events("connection_opened");
  REQUIRE(opened.size() == 2);
  CHECK(text(opened[0], "server").empty());
  CHECK(text(opened[1], "server") == "standby");

  recording.proxy().set_upstream({"/nowhere", 5432}, "standby");
  const auto nobody = recording.connect(there);
  CHECK(std::string(PQerrorMessage(nobody.get())).find("/nowhere") != std::string::npos);
  CHECK(value(recording.connect(), "SELECT 3") == "3");
}
