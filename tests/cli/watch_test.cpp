#include "cli/watch.hpp"

#include "tests/catch.hpp"

using namespace ride::cli;
using ride::sandbox::ActorNote;
using ride::sandbox::LogNote;

TEST_CASE("an actor that ended before the question is found", "[cli][watch]") {
  Watch watch;
  const auto since = watch.cursor();
  watch.on_actor({"app_writer", "ended", "57P01", 1});
  CHECK(watch.find(Awaited::ended, "app_writer", since));
  CHECK_FALSE(watch.find(Awaited::ended, "old_app", since));
}

TEST_CASE("an answer's cursor is behind the event, so that the next one is another",
          "[cli][watch]") {
  Watch watch;
  watch.on_actor({"app_writer", "ended", "57P01", 1});
  const auto behind = watch.find(Awaited::ended, "app_writer", 0);
  REQUIRE(behind);
  CHECK_FALSE(watch.find(Awaited::ended, "app_writer", *behind));
  watch.on_actor({"app_writer", "ended", "57P01", 2});
  CHECK(watch.find(Awaited::ended, "app_writer", *behind));
}

TEST_CASE("a session waits when the server's log says so", "[cli][watch]") {
  Watch watch;
  LogNote note;
  note.application = "alter";
  note.message = "process 12 acquired AccessExclusiveLock on relation 1 of database 2 after 1.0 ms";
  watch.on_log(note);
  CHECK_FALSE(watch.find(Awaited::waiting, "alter", 0));
  note.message =
      "process 12 still waiting for AccessExclusiveLock on relation 1 of database 2 after 200.1 ms";
  watch.on_log(note);
  CHECK(watch.find(Awaited::waiting, "alter", 0));
}

TEST_CASE("an actor that waits now counts, whenever it began to", "[cli][watch]") {
  Watch watch;
  watch.on_actor({"app_writer", "waiting", "", 1});
  CHECK(watch.find(Awaited::waiting, "app_writer", watch.cursor()));
  watch.on_actor({"app_writer", "running", "", 1});
  CHECK_FALSE(watch.find(Awaited::waiting, "app_writer", watch.cursor()));
}

TEST_CASE("one session of an actor goes on, and another still waits", "[cli][watch]") {
  Watch watch;
  watch.on_actor({"web", "waiting", "", 1});
  watch.on_actor({"web", "waiting", "", 2});
  watch.on_actor({"web", "running", "", 1});
  CHECK(watch.find(Awaited::waiting, "web", watch.cursor()));
  watch.on_actor({"web", "ended", "57P01", 2});
  CHECK_FALSE(watch.find(Awaited::waiting, "web", watch.cursor()));
}

TEST_CASE("a reset forgets what the actors of before did", "[cli][watch]") {
  Watch watch;
  watch.on_actor({"app_writer", "waiting", "", 1});
  watch.on_actor({"old_app", "ended", "57P01", 2});
  watch.clear();
  CHECK_FALSE(watch.find(Awaited::waiting, "app_writer", 0));
  CHECK_FALSE(watch.find(Awaited::ended, "old_app", 0));
}
