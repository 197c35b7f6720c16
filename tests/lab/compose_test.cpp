// docker/compose.yaml: ride and its PostgreSQL as two services, wherever there are an engine, the
// Compose plugin and the image ride:slim.
#include <unistd.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace json = boost::json;

namespace {

std::string why_no_compose() {
  if (auto why = why_no_containers(); !why.empty()) return why;
  if (docker({"compose", "version"}).exit_code != 0)
    return "SKIPPED: Compose is not tested here: there is no Compose plugin (docker/engine-up "
           "fetches it)";
  if (docker({"image", "inspect", "ride:slim"}).exit_code != 0)
    return "SKIPPED: Compose is not tested here: no image ride:slim (docker/build makes it)";
  return "";
}

// A project of the test's own, gone with the object, its volumes too.
class Project {
 public:
  Project() : name_("ride-test-" + std::to_string(::getpid())), port_(free_port()) {}
  ~Project() { compose({"down", "--volumes", "--timeout", "20"}); }
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  std::string dsn() const {
    return "postgresql://oncall@127.0.0.1:" + std::to_string(port_) + "/app_db";
  }
  Outcome compose(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"docker", "compose", "-p", name_, "-f", RIDE_COMPOSE};
    all.insert(all.end(), words.begin(), words.end());
    return run_program(
        all, {"RIDE_PORT=" + std::to_string(port_), "RIDE_POSTGRES_IMAGE=" + test_image()});
  }
  void up() const {
    const auto outcome = compose({"up", "-d", "--wait", "--no-build"});
    INFO(outcome.err);
    INFO(compose({"logs"}).out);
    REQUIRE(outcome.exit_code == 0);
  }
  std::string ride(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"exec", "-T", "ride", "ride", "postgres"};
    all.insert(all.end(), words.begin(), words.end());
    const auto outcome = compose(all);
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    return outcome.out;
  }
  void solve() const {
    const auto script = (Lab::scenario_folder() / "solutions/page.sql").string();
    REQUIRE(run_program({"psql", "-X", "-d", dsn(), "-f", script}).exit_code == 0);
  }
  void kill(const std::string& service) const {
    REQUIRE(docker({"kill", name_ + "-" + service + "-1"}).exit_code == 0);
  }
  std::string told(const std::string& service, const std::string& format) const {
    return docker({"inspect", "--format", format, name_ + "-" + service + "-1"}).out;
  }
  bool has_volume(const std::string& volume) const {
    return docker({"volume", "inspect", name_ + "_" + volume}).exit_code == 0;
  }

 private:
  std::string name_;
  int port_;
};

bool earned(const std::string& card, int attempt) {
  return card.find("attempt " + std::to_string(attempt)) != std::string::npos &&
         card.find("Total 100 of 100") != std::string::npos;
}

}  // namespace

TEST_CASE("docker: with Compose the server is a service that nobody reaches but ride",
          "[lab][docker]") {
  if (const auto why = why_no_compose(); !why.empty()) {
    WARN(why);
    return;
  }
  const Project project;
  project.up();
  CHECK(project.ride({"status"}).find(project.dsn()) != std::string::npos);
  project.solve();
  CHECK(earned(project.ride({"submit"}), 1));
  project.ride({"reset"});
  project.solve();
  CHECK(earned(project.ride({"submit"}), 2));

  CHECK(project.told("server", "{{.HostConfig.NetworkMode}}") == "none\n");
  for (const auto* service : {"ride", "server"}) {
    INFO(service);
    CHECK(project.told(service, "{{json .Mounts}}").find("docker.sock") == std::string::npos);
    CHECK(project.told(service,
                       "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} "
                       "{{.Config.User}}") == "true [ALL] 999:999\n");
  }
  CHECK(project.compose({"exec", "-T", "server", "ls", "/sys/class/net"}).out == "lo\n");
  // An image's own volume would stay behind, nameless, at each `down`.
  CHECK(project.told("server", "{{json .Mounts}}").find("/var/lib/postgresql") ==
        std::string::npos);

  CHECK(project.compose({"down"}).exit_code == 0);
  CHECK(project.told("ride", "{{.Id}}").find_first_not_of(" \n") == std::string::npos);
  CHECK(project.has_volume("attempts"));
}

TEST_CASE("docker: with Compose either service can be killed and started again", "[lab][docker]") {
  if (const auto why = why_no_compose(); !why.empty()) {
    WARN(why);
    return;
  }
  const Project project;
  project.up();
  project.kill("ride");
  project.up();
  project.solve();
  CHECK(earned(project.ride({"submit"}), 1));

  project.ride({"reset"});
  project.kill("server");
  const auto refused = project.compose({"exec", "-T", "ride", "ride", "postgres", "submit"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("docker compose up -d server") != std::string::npos);
  project.up();
  project.ride({"reset"});
  project.solve();
  CHECK(earned(project.ride({"submit"}), 3));
}
