#include "cli/metrics_server.hpp"

#include "cli/failure.hpp"
#include "tests/catch.hpp"

using namespace ride::cli;

namespace {

MetricsPages pages(const std::string& trouble = "") {
  return {.metrics = [] { return std::string("ride_up 1\n"); }, .trouble = [=] { return trouble; }};
}

int status(std::string_view request) { return answer_http(request, pages()).status; }

}  // namespace

TEST_CASE("a request is answered by what it asks for", "[cli][metrics]") {
  CHECK(answer_http("GET /metrics HTTP/1.1\r\nHost: x", pages()).body == "ride_up 1\n");
  CHECK(status("GET /metrics?x=1 HTTP/1.0") == 200);
  CHECK(status("HEAD /metrics HTTP/1.1") == 200);
  CHECK(answer_http("GET /healthz HTTP/1.1", pages()).body == "ok\n");
  CHECK(answer_http("GET /healthz HTTP/1.1", pages("the disk is full")).status == 503);
  CHECK(answer_http("GET /healthz HTTP/1.1", pages("the disk is full")).body ==
        "the disk is full\n");
  CHECK(status("POST /metrics HTTP/1.1") == 405);
  CHECK(status("GET / HTTP/1.1") == 404);
  CHECK(status("GET /metrics/ HTTP/1.1") == 404);
}

TEST_CASE("what is no request is told so", "[cli][metrics]") {
  const auto request =
      GENERATE(as<std::string>(), "", " ", "GET", "GET /metrics", "/metrics HTTP/1.1",
               "GET /metrics SPDY/3", "\x16\x03\x01\x02", std::string(5'000, '\0'));
  CHECK(status(request) == 400);
}

TEST_CASE("metrics are for this machine alone, unless somebody says otherwise", "[cli][metrics]") {
  const auto refused = [](const std::string& address) {
    try {
      const MetricsServer server(address, false, pages());
    } catch (const Failure& failure) {
      return std::string(failure.what());
    }
    return std::string();
  };
  CHECK(refused("0.0.0.0:0").find("could be read by other machines") != std::string::npos);
  CHECK(refused("[::]:0").find("could be read by other machines") != std::string::npos);
  CHECK(refused("9187").find("is no address") != std::string::npos);
  CHECK(refused("/tmp").find("is no address") != std::string::npos);
  CHECK(refused("somewhere.example:9187").find("is no numeric address") != std::string::npos);
  CHECK(refused("localhost:0").empty());
  const MetricsServer everywhere("0.0.0.0:0", true, pages());
  CHECK_FALSE(everywhere.address().ends_with(":0"));
  CHECK(refused("127.0.0.1:" + everywhere.address().substr(8)).find("cannot listen on") !=
        std::string::npos);
}
