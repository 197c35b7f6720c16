// `--sandbox server`: the lab as in Compose, with docker/server-entry over this machine's
// PostgreSQL in place of the server's service.
#include <csignal>
#include <filesystem>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/support/server_entry.hpp"

using namespace ride::lab;
using ride::test::ServerEntry;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

void use(Lab& lab, const ServerEntry& entry) {
  lab.set_environment("RIDE_SERVER=" + entry.shared().string());
}

}  // namespace

TEST_CASE("a server in a service earns the verdict that a local one does", "[lab][postgres]") {
  Lab local;
  local.start({"--sandbox", "local"});
  local.psql_file("solutions/page.sql");
  local.submit();

  const ServerEntry entry;
  Lab lab;
  use(lab, entry);
  lab.start({"--sandbox", "server"});
  CHECK(lab.run_value("sandbox") == "server");
  CHECK(lab.must({"postgres", "status"}).find("behind " + entry.shared().string()) !=
        std::string::npos);
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
  CHECK(lab.verdict() == local.verdict());

  lab.must({"postgres", "reset"});
  lab.psql_file("solutions/page.sql");
  CHECK(lab.submit().find("attempt 2") != std::string::npos);
  CHECK(lab.card().total == 100);
  lab.stop();
  CHECK_FALSE(entry.runs_server());
  CHECK_FALSE(fs::exists(entry.cluster()));
}

TEST_CASE("after kill -9 of ride its server in a service is ended, and the next start works",
          "[lab][postgres]") {
  const ServerEntry entry;
  Lab lab;
  use(lab, entry);
  lab.start({"--sandbox", "server"});
  lab.kill_supervisor();
  CHECK(lab.must({"postgres", "status"}).find("interrupted") != std::string::npos);
  CHECK_FALSE(entry.runs_server());
  lab.must({"postgres", "reset"});
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);

  lab.kill_supervisor();
  lab.start({"--sandbox", "auto"});  // RIDE_SERVER says which
  CHECK(lab.run_value("sandbox") == "server");
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
}

TEST_CASE("a service that is gone is named, and a reset goes on once it is back",
          "[lab][postgres]") {
  ServerEntry entry;
  Lab lab;
  use(lab, entry);
  lab.start({"--sandbox", "server"});
  entry.kill();
  const auto submit = lab.ride({"postgres", "submit"});
  CHECK(submit.exit_code == 1);
  CHECK(submit.err.find("the service behind " + entry.shared().string() + " ended") !=
        std::string::npos);
  CHECK(submit.err.find("ride postgres reset") != std::string::npos);
  entry.start();
  lab.must({"postgres", "reset"});
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
}

TEST_CASE("a service that another run uses is refused in one line", "[lab][postgres]") {
  const ServerEntry entry;
  Lab first;
  Lab second;
  use(first, entry);
  use(second, entry);
  first.start({"--sandbox", "server"});
  const auto refused = second.ride({"postgres", "start", Lab::scenario, "--sandbox", "server"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("another ride uses the server behind") != std::string::npos);
  first.psql_file("solutions/page.sql");
  first.submit();
  CHECK(first.card().total == 100);
}
