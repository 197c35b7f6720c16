// The container sandbox, wherever an engine answers and the image is at hand (RIDE_TEST_IMAGE, by
// default postgres:17); elsewhere it is skipped, loudly.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "sandbox/check.hpp"
#include "sandbox/cluster.hpp"
#include "sandbox/docker_server.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride;
using namespace std::chrono_literals;

namespace {

// Nothing where the test must be skipped.
std::unique_ptr<sandbox::Server> docker_server() {
  sandbox::ServerOptions options;
  if (const char* image = std::getenv("RIDE_TEST_IMAGE")) options.postgres = image;
  try {
    return sandbox::make_docker_server(options, sandbox::docker::Pull::never);
  } catch (const std::runtime_error& error) {
    std::cerr << "SKIPPED: the Docker sandbox is not tested here: " << error.what() << '\n';
    return nullptr;
  }
}

}  // namespace

TEST_CASE("a container boots the same cluster, and nothing of it stays",
          "[sandbox][postgres][docker]") {
  for (const bool reused : {false, true}) {
    auto server = docker_server();
    if (!server) return;
    const test::ScenarioFolder folder;
    const auto scenario = sandbox::load_scenario(folder.path());
    auto cluster = sandbox::Cluster::boot({std::move(server), "docker: asked for"}, scenario,
                                          test::shared_cache(), {});
    if (reused) CHECK(cluster.template_reused());
    CHECK(sandbox::read_value(cluster, "shop", "SELECT count(*) FROM public.orders").value == "10");
    CHECK(sandbox::read_value(cluster, "shop",
                              "SELECT pg_catalog.current_setting('listen_addresses')")
              .value == "");
    CHECK_THROWS_AS(sandbox::Session::open({cluster.endpoint(), "postgres", Secret("guess"), "shop",
                                            "test", "", 5'000ms}),
                    sandbox::SessionError);
    const auto remains = cluster.server().remains();
    CHECK_FALSE(remains.container.empty());
    cluster.stop();
    CHECK_FALSE(std::filesystem::exists(remains.private_directory));
    CHECK(sandbox::clean_up(remains) == "");
  }
}

TEST_CASE("an image that does not say its version is asked once", "[sandbox][docker]") {
  auto server = docker_server();
  if (!server) return;
  const test::TemporaryDirectory cache;
  const std::string name = "ride/test-without-version";
  std::ofstream(cache.path() / "Dockerfile")
      << "FROM " << server->build_identity() << "\nENV PG_VERSION=\n";
  const auto built =
      sandbox::docker::run({"build", "-q", "-t", name, cache.path().string()}, 60'000ms);
  REQUIRE(built.ok());
  for (int time = 0; time < 2; ++time) {
    const auto image =
        sandbox::docker::find_image(name, sandbox::docker::Pull::never, cache.path(), {});
    CHECK(server->version().starts_with(image.version));
    CHECK_FALSE(image.version.empty());
    CHECK(std::filesystem::exists(cache.path() / ("image-" + image.id.substr(7))));
  }
  sandbox::docker::run({"image", "rm", "-f", name}, 60'000ms);
}

TEST_CASE("an image that is nowhere is refused in one line", "[sandbox]") {
  sandbox::ServerOptions options;
  options.postgres = "ride.invalid/no-such-image:0";
  CHECK_THROWS_AS(sandbox::make_docker_server(options, sandbox::docker::Pull::never),
                  std::runtime_error);
  try {
    sandbox::choose_server(sandbox::Mode::docker, options, true, true);
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find("--sandbox local") != std::string::npos);
  }
}

namespace {

// What `docker version --format '{{json .}}'` prints, as far as ride reads it.
std::string version_of(const std::string& server) {
  return R"({"Client":{"Version":"28.2.2","Os":"linux"},"Server":)" + server + "}\n";
}

std::string refusal_of(const std::string& version_json) {
  try {
    sandbox::docker::check_engine(version_json);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an engine of this machine is taken", "[sandbox]") {
  CHECK_NOTHROW(sandbox::docker::check_engine(
      version_of(R"({"Platform":{"Name":""},"Os":"linux","Components":[{"Name":"Engine"}]})")));
}

TEST_CASE("engines that cannot share a socket are refused with the way out, in one line",
          "[sandbox]") {
  const std::pair<std::string, std::string> engines[] = {
      {R"({"Platform":{"Name":"Docker Desktop 4.30.0"},"Os":"linux","Components":[]})",
       "Docker Desktop"},
      {R"({"Platform":{"Name":"Docker Engine - Community"},"Os":"linux",)"
       R"("Components":[{"Name":"Engine"},{"Name":"rootlesskit"}]})",
       "rootless"},
      {R"({"Platform":{"Name":""},"Os":"windows","Components":[]})", "windows"},
  };
  for (const auto& [server, word] : engines) {
    const auto said = refusal_of(version_of(server));
    INFO(said);
    CHECK(said.find(word) != std::string::npos);
    CHECK(said.find("--sandbox local") != std::string::npos);
    CHECK(said.find("docs/docker.md") != std::string::npos);
    CHECK(said.find('\n') == std::string::npos);
  }
  const auto podman =
      refusal_of(R"({"Client":{"APIVersion":"4.3.1","Version":"4.3.1","Os":"linux"}})");
  CHECK(podman.find("podman") != std::string::npos);
  CHECK(podman.find("--sandbox local") != std::string::npos);
  CHECK(refusal_of("docker: what?").find("--sandbox local") != std::string::npos);
}

TEST_CASE("the reason that an engine gives is found between its advice", "[sandbox]") {
  sandbox::Finished finished;
  finished.exit_code = 125;
  finished.errors =
      "docker: Error response from daemon: no space left.\n\nRun 'docker run --help' for more "
      "information\n";
  CHECK(sandbox::docker::reason(finished) == "no space left.");
}
