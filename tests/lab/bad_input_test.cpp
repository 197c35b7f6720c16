// Each mistake gets one clear line that says what to do, an exit code, and loses nothing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;

namespace {

// Failed, with exactly one line on standard error, which has both texts.
void check_refused(const Outcome& outcome, const std::string& what, const std::string& next) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("ride: "));
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
  CHECK(outcome.err.find(what) != std::string::npos);
  CHECK(outcome.err.find(next) != std::string::npos);
}

Outcome start(const Lab& lab, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"postgres", "start", Lab::scenario, "--sandbox", "local"});
  return lab.ride(more);
}

class Socket {
 public:
  Socket() : number_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { ::close(number_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return number_; }

  static sockaddr_in local(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int listen_anywhere() const {
    sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(number_, plain, size) == 0);
    REQUIRE(::listen(number_, 1) == 0);
    REQUIRE(::getsockname(number_, plain, &size) == 0);
    return ntohs(address.sin_port);
  }
  void connect_to(int port) const {
    const sockaddr_in address = local(port);
    REQUIRE(::connect(number_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  // Until the peer closes.
  std::string read_to_end() const {
    std::string out;
    std::array<char, 4'096> chunk;
    for (ssize_t got; (got = ::read(number_, chunk.data(), chunk.size())) > 0;)
      out.append(chunk.data(), static_cast<std::size_t>(got));
    return out;
  }

 private:
  int number_;
};

}  // namespace

TEST_CASE("an unknown scenario is refused with the nearest one's name", "[lab]") {
  const Lab lab;
  check_refused(lab.ride({"postgres", "start", "stage-12/02-relase-fallout"}),
                "unknown scenario \"stage-12/02-relase-fallout\"", "stage-12/02-release-fallout");
}

TEST_CASE("a port that is taken is refused before anything boots", "[lab]") {
  const Lab lab;
  const Socket taken;
  const auto port = std::to_string(taken.listen_anywhere());
  check_refused(start(lab, {"--port", port}), "port " + port, "--port");
  CHECK_FALSE(fs::exists(lab.home() / "run" / "run.json"));
  CHECK(fs::is_empty(lab.home() / "attempts"));
}

TEST_CASE("a scenario that cannot be read is refused with file, line and key", "[lab]") {
  Lab lab;
  const fs::path root = lab.home() / "scenarios";
  fs::create_directories(root);
  fs::copy(RIDE_SOURCE_SCENARIOS, root, fs::copy_options::recursive);
  const fs::path yaml = root / Lab::scenario / "scenario.yaml";
  std::ifstream in(yaml);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  text.replace(text.find("\ntopic:"), 7, "\ntopik:");
  std::ofstream(yaml, std::ios::trunc) << text;
  lab.set_environment("RIDE_SCENARIOS=" + root.string());
  check_refused(start(lab), "scenario.yaml:7", "topic");
}

TEST_CASE("a state folder that cannot be written is refused with what to set", "[lab]") {
  Lab lab;
  lab.set_environment("RIDE_HOME=/proc/ride");
  check_refused(start(lab), "/proc/ride", "RIDE_HOME");
}

TEST_CASE("without a PostgreSQL to run, start says what to point where and leaves nothing",
          "[lab]") {
  Lab lab;
  lab.set_environment("RIDE_PG_BIN=/nowhere");
  check_refused(start(lab), "/nowhere", "RIDE_PG_BIN");
  CHECK_FALSE(fs::exists(lab.home() / "run" / "run.json"));
  CHECK(fs::is_empty(lab.home() / "attempts"));
}

TEST_CASE("commands about a run say that there is none", "[lab]") {
  const Lab lab;
  for (const auto* command : {"submit", "reset", "stop", "hint", "log", "psql", "postmortem"})
    check_refused(lab.ride({"postgres", command}), "there is no run", "");
  check_refused(lab.ride({"postgres", "submit"}), "", "ride postgres start");
  CHECK(lab.ride({"postgres", "status"}).exit_code == 0);
}

TEST_CASE("a file that is no attempt, or is not there, is refused by its name", "[lab]") {
  const Lab lab;
  const fs::path file = lab.home() / "notes.ride";
  for (const auto* command : {"score", "replay"})
    check_refused(lab.ride({command, file.string()}), file.string(), "no file");
  std::ofstream(file) << "not an attempt";
  for (const auto* command : {"score", "replay"})
    check_refused(lab.ride({command, file.string()}), file.string(), "");
}

TEST_CASE("a second start is refused and leaves the run alone", "[lab][postgres]") {
  Lab lab;
  lab.start();
  check_refused(start(lab), "stage-12/02-release-fallout", "ride postgres stop");
  CHECK(lab.psql("SELECT 1;\n", {"-At"}).out == "1\n");
}

TEST_CASE("a client that speaks garbage is closed, and the proxy goes on", "[lab][postgres]") {
  Lab lab;
  lab.start();
  const Socket silent;
  silent.connect_to(lab.port());
  const Socket garbage;
  garbage.connect_to(lab.port());
  const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  REQUIRE(::send(garbage.get(), request.data(), request.size(), MSG_NOSIGNAL) > 0);
  garbage.read_to_end();
  CHECK(lab.psql("SELECT 1;\n", {"-At"}).out == "1\n");
}

TEST_CASE("the superuser cannot log in at the port, and the attempt is recorded",
          "[lab][postgres]") {
  Lab lab;
  lab.start();
  const auto port = std::to_string(lab.port());
  const auto refused = run_program(
      {"psql", "-X", "-w", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-c", "SELECT 1"});
  CHECK(refused.exit_code == 2);
  lab.submit();
  CHECK(lab.card().total <= 20);
}

TEST_CASE("without PostgreSQL and without Docker start says what to install", "[lab][postgres]") {
  if (run_program({"unshare", "-m", "true"}).exit_code != 0) {
    WARN("SKIPPED: no right to a mount namespace, in which PostgreSQL could be hidden");
    return;
  }
  Lab lab;
  const auto outcome =
      run_program({"unshare", "-m", "sh", "-c",
                   "mount -t tmpfs none /usr/lib/postgresql && exec \"$0\" postgres start \"$1\"",
                   RIDE_PROGRAM, Lab::scenario},
                  {"RIDE_HOME=" + lab.home().string(), "RIDE_SCENARIOS=" RIDE_SOURCE_SCENARIOS,
                   "RIDE_PG_BIN", "DOCKER_HOST=unix:///nonexistent"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("apt-get install postgresql") != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(lab.must({"postgres", "status"}).starts_with("no run"));
}
