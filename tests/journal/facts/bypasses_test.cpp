#include "journal/facts/bypasses.hpp"

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

namespace json = boost::json;
using Texts = std::initializer_list<std::pair<Field, std::string_view>>;
using Numbers = std::initializer_list<std::pair<Field, std::uint64_t>>;

std::string body(Texts texts, Numbers numbers = {}) {
  std::string out;
  for (const auto& [field, value] : texts) FieldWriter(out).put(field, value);
  for (const auto& [field, value] : numbers) FieldWriter(out).put(field, value);
  return out;
}

// An attempt whose record says which sessions are ride's own: number 1, pid 10.
class Attempt : public Story {
 public:
  Attempt() { own(1, 10); }

  Attempt& connect(std::uint32_t connection, int pid) {
    Story::connect(connection, pid);
    return *this;
  }
  Attempt& close(std::uint32_t connection, std::string_view how = "client_gone") {
    Story::close(connection, how);
    return *this;
  }

  Attempt& own(std::uint64_t number, std::uint64_t pid, std::string_view user = "postgres") {
    opening(number, user);
    event(Kind::own_session,
          body({{Field::state, "open"}}, {{Field::number, number}, {Field::pid, pid}}));
    return *this;
  }
  Attempt& opening(std::uint64_t number, std::string_view user) {
    event(Kind::own_session,
          body({{Field::state, "opening"}, {Field::user, user}, {Field::database, "app_db"}},
               {{Field::number, number}}));
    return *this;
  }
  Attempt& failed(std::uint64_t number) {
    event(Kind::own_session, body({{Field::state, "failed"}}, {{Field::number, number}}));
    return *this;
  }
  // A line of a backend that began in the second `began`.
  Attempt& line(int pid, json::object more, int began = 0x6a000000) {
    char session[32];
    std::snprintf(session, sizeof session, "%x.%x", static_cast<unsigned>(began),
                  static_cast<unsigned>(pid));
    json::object out{{"pid", pid},
                     {"session_id", session},
                     {"user", "oncall"},
                     {"dbname", "app_db"},
                     {"error_severity", "LOG"}};
    for (const auto& pair : more) out[pair.key()] = pair.value();
    event(Kind::log_line, body({{Field::text, json::serialize(out)}}));
    return *this;
  }
  Attempt& admitted(int pid, std::string_view user = "oncall", std::string_view application = "",
                    json::object more = {}) {
    auto message = "connection authorized: user=" + std::string(user) + " database=app_db";
    if (!application.empty()) message += " application_name=" + std::string(application);
    more["user"] = std::string(user);
    more["message"] = message;
    more["ps"] = "authentication";
    return line(pid, std::move(more));
  }
  Attempt& gone(int pid) {
    return line(pid, {{"message", "disconnection: session time: 0:00:01"}, {"ps", "idle"}});
  }
  // A connection of the proxy's up to its start-up packet.
  Attempt& start(std::uint32_t connection, std::string_view database = "app_db") {
    event(Kind::connection_opened, "", connection);
    event(Kind::connection_started, body({{Field::user, "oncall"}, {Field::database, database}}),
          connection);
    return *this;
  }

  std::vector<std::string> found(Record record = Record::ended) const {
    std::vector<std::string> out;
    for (const auto& one : find_bypasses(make_timeline(events()), record))
      out.push_back(facts::describe(one));
    return out;
  }
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("a session that neither the proxy nor ride made is found, whatever it calls itself",
          "[facts][bypass]") {
  Attempt story;
  story.connect(1, 100);
  story.own(2, 202, "app_user").admitted(100).admitted(202, "app_user", "app_writer");
  CHECK(story.found() == Found{});
  story.admitted(300, "oncall", "ride").admitted(301, "postgres", "ride");
  story.admitted(302, "oncall", "app_writer").admitted(303);
  CHECK(story.found() == Found{"oncall in app_db, application ride, pid 300",
                               "postgres in app_db, application ride, pid 301",
                               "oncall in app_db, application app_writer, pid 302",
                               "oncall in app_db, pid 303"});
}

TEST_CASE("a row of gaps stands behind the last statement before, by the server's clock too",
          "[facts][bypass]") {
  Attempt story;
  story.connect(1, 100);
  story.run(1, "SELECT 1", "SELECT 1");  // began at …0.007 s; the next at …0.010 s
  story.run(1, "SELECT 2", "SELECT 1");
  SECTION("where the line was read late") {
    story.admitted(300, "oncall", "psql", {{"timestamp", "2026-05-28 20:26:40.008 UTC"}});
    CHECK(story.derive().gaps.at(0).n == 1);
  }
  SECTION("not where the clocks do not agree") {
    story.admitted(300, "oncall", "psql", {{"timestamp", "2026-05-28 22:00:00.000 UTC"}});
    story.run(1, "SELECT 3", "SELECT 1");
    CHECK(story.derive().gaps.at(0).n == 2);
  }
  const auto gaps = story.derive().gaps;
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].kind == "bypass");
  CHECK(gaps[0].reason ==
        "a session that neither the proxy nor ride made: oncall in app_db, application psql, pid "
        "300");
}

TEST_CASE("who was turned away at start-up was never in", "[facts][bypass]") {
  Attempt story;
  story.admitted(300).line(300, {{"error_severity", "FATAL"},
                                 {"state_code", "3D000"},
                                 {"message", "database \"x\" does not exist"},
                                 {"ps", "startup"}});
  story.line(301, {{"message", "connection received: host=[local]"}});
  CHECK(story.found() == Found{});
  story.admitted(302).line(302, {{"error_severity", "FATAL"},
                                 {"state_code", "57P01"},
                                 {"message", "terminating connection"},
                                 {"ps", "idle"}});
  CHECK(story.found() == Found{"oncall in app_db, pid 302"});
}

TEST_CASE("a line that a learner's function raises lets nobody in", "[facts][bypass]") {
  Attempt story;
  story.connect(1, 100).admitted(100);
  story.admitted(100, "oncall", "", {{"context", "PL/pgSQL function f() line 1 at RAISE"}});
  CHECK(story.found() == Found{});
}

TEST_CASE("a client that vanished excuses one quiet session of its user and database",
          "[facts][bypass]") {
  Attempt story;
  SECTION("its backend is nobody's fault, a second one is") {
    story.start(1).close(1).admitted(300).gone(300);
    CHECK(story.found() == Found{});
    story.admitted(301).gone(301);
    CHECK(story.found() == Found{"oncall in app_db, pid 301"});
  }
  SECTION("losing the client is no act, an error is") {
    story.start(1).close(1).admitted(300);
    story.line(300, {{"state_code", "08006"}, {"message", "could not send data"}, {"ps", "idle"}});
    story.gone(300);
    CHECK(story.found() == Found{});
    story.start(2).close(2).admitted(301);
    story.line(301, {{"state_code", "22012"}, {"message", "division by zero"}, {"ps", "SELECT"}});
    CHECK(story.found() == Found{"oncall in app_db, pid 301"});
  }
  SECTION("not one of another database, nor one that began before") {
    story.admitted(300).start(1, "tenant_a").start(2).close(1).close(2);
    story.line(301, {{"message", "connection authorized: user=oncall database=tenant_b"},
                     {"dbname", "tenant_b"}});
    CHECK(story.found() == Found{"oncall in app_db, pid 300", "oncall in tenant_b, pid 301"});
  }
  SECTION("not one of another application, by its start-up packet") {
    story.start(1).close(1).admitted(300, "oncall", "psql").gone(300);
    CHECK(story.found() == Found{"oncall in app_db, application psql, pid 300"});
  }
  SECTION("not one that outlived it by more than a minute") {
    story.start(1).close(1).admitted(300);
    for (int i = 0; i < 60'000; ++i) story.event(Kind::fence);
    story.gone(300);
    CHECK(story.found() == Found{"oncall in app_db, pid 300"});
  }
  SECTION("not where the server's key had passed: then the pid is known") {
    story.start(1).event(Kind::connection_closed,
                         body({{Field::how, "client_gone"}}, {{Field::pid, 300}}), 1);
    story.admitted(301).admitted(300);
    CHECK(story.found() == Found{"oncall in app_db, pid 301"});
  }
}

TEST_CASE("a connection that was refused excuses only what the log has not finished with",
          "[facts][bypass]") {
  Attempt story;
  story.start(1).event(Kind::connection_refused, body({{Field::error, "CFATAL"}}), 1);
  story.close(1, "fatal");
  story.admitted(300);
  CHECK(story.found() == Found{});
  story.gone(300);
  CHECK(story.found() == Found{"oncall in app_db, pid 300"});
}

TEST_CASE("who was turned away leaves no excuse to others", "[facts][bypass]") {
  Attempt story;
  story.start(1).start(2).start(3);
  story.event(Kind::connection_refused, body({{Field::error, "CFATAL"}}), 1);
  story.close(1).close(2).close(3);  // of two of them the client did not stay for the refusal
  const json::object refusal{
      {"error_severity", "FATAL"}, {"state_code", "53300"}, {"ps", "startup"}};
  story.admitted(300).line(300, refusal).line(301, refusal).admitted(302).line(302, refusal);
  CHECK(story.found() == Found{});
  story.admitted(303).gone(303);
  CHECK(story.found() == Found{"oncall in app_db, pid 303"});
}

TEST_CASE("a connection on its way in holds the judgement back while the attempt goes on",
          "[facts][bypass]") {
  Attempt story;
  story.start(1).admitted(300).admitted(301);
  CHECK(story.found(Record::goes_on) == Found{});
  CHECK(story.found(Record::ended) == Found{"oncall in app_db, pid 301"});
  story.event(Kind::connection_ready, body({}, {{Field::pid, 301}}), 1);
  CHECK(story.found(Record::goes_on) == Found{"oncall in app_db, pid 300"});
  CHECK(story.found(Record::ended) == Found{"oncall in app_db, pid 300"});
}

TEST_CASE("a session of ride's own that failed on the way is nobody's", "[facts][bypass]") {
  Attempt story;
  story.opening(2, "ride_check").failed(2).admitted(300, "ride_check").gone(300);
  story.opening(3, "app_user").admitted(301, "app_user");
  CHECK(story.found() == Found{});
  story.admitted(302, "ride_check");
  CHECK(story.found() == Found{"ride_check in app_db, pid 302"});
}

TEST_CASE("a pid that is used again is another session", "[facts][bypass]") {
  Attempt story;
  story.connect(1, 100).admitted(100).gone(100).close(1);
  story.connect(2, 100).admitted(100).gone(100).close(2);
  CHECK(story.found() == Found{});
  story.admitted(100);
  CHECK(story.found() == Found{"oncall in app_db, pid 100"});
}

TEST_CASE("behind lost events, and in a record without ride's own sessions, nobody is accused",
          "[facts][bypass]") {
  Attempt story;
  story.admitted(300).event(Kind::hole, body({}, {{Field::number, 2}}));
  story.admitted(301);
  CHECK(story.found() == Found{"oncall in app_db, pid 300"});
  Story old;
  old.log(300, "connection authorized: user=oncall database=app_db");
  CHECK(old.derive().gaps.empty());
}

TEST_CASE("a server that logs in to another one is told by its role", "[facts][bypass]") {
  Attempt story;
  const auto streams = [](std::string_view user) {
    return json::object{{"message", "replication connection authorized: user=" + std::string(user)},
                        {"user", user},
                        {"dbname", ""}};
  };
  story.line(300, streams("ride_standby"));
  CHECK(story.found() == Found{"ride_standby, pid 300"});
  story.event(Kind::server, body({{Field::name, "standby"}, {Field::user, "ride_standby"}}));
  CHECK(story.found() == Found{});
  story.line(301, streams("oncall"));
  CHECK(story.found() == Found{"oncall, pid 301"});
  story.at("standby");
  story.line(302, streams("ride_standby"));
  CHECK(story.found() == Found{"oncall, pid 301", "ride_standby, pid 302"});
}

TEST_CASE("a session explains none on another server", "[facts][bypass]") {
  Attempt story;
  story.connect(1, 100);
  story.at("standby");
  story.admitted(100);
  CHECK(story.found() == Found{"oncall in app_db, pid 100"});
  story.at("");
  story.admitted(100);
  CHECK(story.found() == Found{"oncall in app_db, pid 100"});
  story.start(2).close(2);
  story.at("standby");
  story.admitted(101);
  CHECK(story.found() == Found{"oncall in app_db, pid 100", "oncall in app_db, pid 101"});
}

TEST_CASE("a walsender's line has no database", "[facts][bypass]") {
  Attempt story;
  const json::object line{{"message", "replication connection authorized: user=oncall"},
                          {"dbname", ""}};
  story.line(300, line);
  CHECK(story.found() == Found{"oncall, pid 300"});
  story.start(1).close(1).line(301, line);
  CHECK(story.found() == Found{"oncall, pid 300"});
}

}  // namespace ride::journal::facts::test
