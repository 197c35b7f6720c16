// The container sandbox, wherever an engine answers and the image is at hand (RIDE_TEST_IMAGE, by
// default postgres:17); elsewhere it is skipped, loudly.
#include <cstdlib>
#include <iostream>

#include "sandbox/check.hpp"
#include "sandbox/cluster.hpp"
#include "sandbox/docker_server.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
using namespace std::chrono_literals;

namespace {

// Nothing where the test must be skipped.
std::unique_ptr<sandbox::Server> docker_server() {
  sandbox::ServerOptions options;
  if (const char* image = std::getenv("RIDE_TEST_IMAGE")) options.image = image;
  try {
    return sandbox::make_docker_server(options, sandbox::Pull::never);
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
                                            "test", "", 5'000ms, -1}),
                    sandbox::SessionError);
    const auto remains = cluster.server().remains();
    CHECK_FALSE(remains.container.empty());
    cluster.stop();
    CHECK_FALSE(std::filesystem::exists(remains.private_directory));
    CHECK(sandbox::clean_up(remains) == "");
  }
}

TEST_CASE("an image that is nowhere is refused in one line", "[sandbox][docker]") {
  sandbox::ServerOptions options;
  options.image = "ride.invalid/no-such-image:0";
  CHECK_THROWS_AS(sandbox::make_docker_server(options, sandbox::Pull::never), std::runtime_error);
  try {
    sandbox::choose_server(sandbox::Mode::docker, options, true, true);
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find("--sandbox local") != std::string::npos);
  }
}
