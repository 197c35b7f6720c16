// No secret reaches the disk: a word is planted wherever a client can say it, and looked for in the
// journal, its WAL and its rings.
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"

using namespace ride::test;

namespace {

constexpr const char* planted = "pLaNtEd-hunter2";

}  // namespace

TEST_CASE("a planted secret is nowhere in the journal", "[postgres][proxy]") {
  Recording recording;
  const auto connection =
      recording.connect("options='-c planted.password=" + std::string(planted) + "'");
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const std::string secret(planted);
  const auto in_prose = "'" + secret + "'";
  for (const auto& sql : std::vector<std::string>{
           "CREATE ROLE secretive PASSWORD " + in_prose,
           "ALTER ROLE secretive WITH PASSWORD " + in_prose,
           "SELECT 1; ALTER ROLE secretive PASSWORD " + in_prose + "; SELECT 2",
           "ALTER ROLE secretive PASSWORD '" + secret,  // unterminated: the same
           "ALTER ROLE secretive PASSWORD " + in_prose + " " + in_prose,
           "ALTER ROLE nobody_here PASSWORD " + in_prose,
           "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere password=" + secret +
               "' PUBLICATION p WITH (connect = false)",
           "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
       }) {
    Result(PQexec(connection.get(), sql.c_str()), PQclear);
  }
  const char* parameter = planted;
  Result(PQexecParams(connection.get(), "SELECT set_config('a.password', $1, false)", 1, nullptr,
                      &parameter, nullptr, nullptr, 0),
         PQclear);
  Result(PQexec(connection.get(), "DROP SUBSCRIPTION IF EXISTS s"), PQclear);
  Result(PQexec(connection.get(), "DROP ROLE secretive"), PQclear);

  // Another session looks at what this one did last.
  const auto statement = "ALTER ROLE oncall PASSWORD '" + secret + "'";
  Result(PQexec(connection.get(), statement.c_str()), PQclear);
  const auto onlooker = recording.connect();
  const Result seen(PQexec(onlooker.get(), "SELECT query FROM pg_stat_activity"), PQclear);
  Result(PQexec(onlooker.get(), "COPY (SELECT query FROM pg_stat_activity) TO STDOUT"), PQclear);
  char* row = nullptr;
  std::string copied;
  while (PQgetCopyData(onlooker.get(), &row, 0) > 0) {
    copied += row;
    PQfreemem(row);
  }
  CHECK(copied.find(secret) != std::string::npos);  // the client gets what the server sent

  for (const auto& event : recording.events()) {
    INFO(boost::json::serialize(event));
    for (const auto& [field, value] : event)
      CHECK(bytes(event, field).find(secret) == std::string::npos);
  }
  const auto on_disk = recording.journal_bytes();
  CHECK(on_disk.find(secret) == std::string::npos);
  CHECK(on_disk.find("ALTER ROLE secretive") != std::string::npos);
  bool noted = false;
  for (const auto& query : recording.events("query"))
    noted = noted || text(query, "redacted").starts_with("password");
  CHECK(noted);
}

TEST_CASE("parameters of a statement that carries a secret are left out", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  const char* value = planted;
  Result(PQprepare(connection.get(), "p", "SELECT dblink_connect($1)", 0, nullptr), PQclear);
  Result(PQexecParams(connection.get(), "ALTER ROLE oncall PASSWORD $1", 1, nullptr, &value,
                      nullptr, nullptr, 0),
         PQclear);
  Result(PQexecPrepared(connection.get(), "p", 1, &value, nullptr, nullptr, 0), PQclear);
  CHECK(recording.journal_bytes().find(planted) == std::string::npos);
}
