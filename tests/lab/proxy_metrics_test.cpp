// What `ride proxy --metrics` tells Prometheus: in its format, in numbers that the journal has too,
// whatever else is sent to that port.
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"

using namespace ride::lab;
using ride::test::eventually;

namespace {

// A client of the port that says what it likes.
class Socket {
 public:
  explicit Socket(const std::string& address) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // it has hung up, which it may
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string receive_all() const {
    std::string out;
    std::array<char, 4'096> bytes{};
    for (ssize_t size = 0; (size = ::recv(descriptor_, bytes.data(), bytes.size(), 0)) > 0;)
      out.append(bytes.data(), static_cast<std::size_t>(size));
    return out;
  }

 private:
  int descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

std::string get(const std::string& address, const std::string& target) {
  const Socket socket(address);
  socket.send("GET " + target + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n");
  return socket.receive_all();
}

// name{labels} → value. Requires all that the format 0.0.4 wants: one HELP and one TYPE before the
// samples of a family, no sample twice, names and labels of the right letters, numbers as values,
// counters named _total, and a line feed at the end.
std::map<std::string, double> parsed(const std::string& page) {
  static const std::regex comment(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
  static const std::regex sample(
      R"rx(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")*\})? (-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?))rx");
  REQUIRE(page.ends_with('\n'));
  std::map<std::string, double> out;
  std::set<std::string> helped;
  std::map<std::string, std::string> types;
  std::string family;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    std::smatch match;
    if (line.starts_with('#')) {
      REQUIRE(std::regex_match(line, match, comment));
      family = match[2];
      if (match[1] == "HELP") {
        REQUIRE(helped.insert(family).second);
      } else {
        REQUIRE(helped.contains(family));
        REQUIRE((match[3] == "counter" || match[3] == "gauge"));
        REQUIRE(types.emplace(family, match[3]).second);
        REQUIRE(family.ends_with("_total") == (match[3] == "counter"));
      }
      continue;
    }
    REQUIRE(std::regex_match(line, match, sample));
    REQUIRE(match[1] == family);
    REQUIRE(types.contains(family));
    REQUIRE(out.emplace(match[1].str() + match[2].str(), std::stod(match[3])).second);
  }
  return out;
}

std::map<std::string, double> scrape(const std::string& address) {
  const auto answer = get(address, "/metrics");
  REQUIRE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n") !=
        std::string::npos);
  return parsed(answer.substr(answer.find("\r\n\r\n") + 4));
}

// A folder that is a small file system of its own, for as long as it lives.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    must({"mount", "-t", "tmpfs", "-o", "mode=700,size=" + size, "tmpfs", path()});
  }
  ~SmallDisk() { run_program({"umount", "-l", path()}); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  std::string path() const { return folder_.path().string(); }
  void resize(const std::string& size) const {
    must({"mount", "-o", "remount,size=" + size, path()});
  }

 private:
  static void must(const std::vector<std::string>& words) {
    const auto done = run_program(words);
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
  }
  ride::test::TemporaryDirectory folder_;
};

double sum(const std::vector<boost::json::object>& events, const char* field) {
  double total = 0;
  for (const auto& event : events)
    if (const auto* found = event.if_contains(field)) total += found->to_number<double>();
  return total;
}

}  // namespace

TEST_CASE("metrics under load grow, and in the end say what the journal says",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--metrics", "127.0.0.1:0", "--threads", "2", "--max-connections", "5"});
  const auto address = proxy.said("metrics");
  REQUIRE(proxy.psql("CREATE TABLE metered (id int); INSERT INTO metered SELECT 1;").exit_code ==
          0);
  auto before = scrape(address);
  CHECK(before.at("ride_journal_ok") == 1);
  CHECK(before.at("ride_build_info{version=\"0.1.0\"}") == 1);
  const auto script = proxy.folder() / "script";
  std::ofstream(script.string()) << "SELECT count(*) FROM metered;\n";
  ride::test::Child load({"pgbench", "-n", "-f", script.string(), "-c", "3", "-T", "3", "-M",
                          "prepared", proxy.dsn()});
  int scrapes = 0;
  for (; load.running(); ++scrapes) {
    const auto now = scrape(address);
    for (const auto& [name, number] : before)
      if (name.find("_total") != std::string::npos) CHECK(now.at(name) >= number);
    before = now;
  }
  CHECK(load.wait() == 0);
  CHECK(scrapes > 2);
  proxy.psql("SELECT 1/0; SELECT nothing;");
  {
    std::vector<std::unique_ptr<PGconn, decltype(&PQfinish)>> crowd;
    for (int i = 0; i < 7; ++i) crowd.emplace_back(PQconnectdb(proxy.dsn().c_str()), PQfinish);
    CHECK(scrape(address).at("ride_connections") >= 5);
  }
  CHECK(proxy.psql_at(proxy.dsn("dbname=nowhere"), "SELECT 1").exit_code != 0);
  proxy.process().signal(SIGUSR1);
  REQUIRE(eventually([&] {
    const auto now = scrape(address);
    return now.at("ride_connections") == 0 && now.at("ride_journal_files_open") == 1 &&
           now.at("ride_journal_rotations_total") == 1;
  }));
  const auto end = scrape(address);
  CHECK(end.at("ride_journal_lag_seconds") >= 0);
  CHECK(end.at("ride_journal_file_bytes") > 0);
  for (const auto* thread : {"0", "1", "2"})  // all but a frame's beginning is stored
    CHECK(end.at("ride_ring_used_bytes{thread=\"" + std::string(thread) + "\"}") < 32);
  CHECK(end.at("ride_ring_size_bytes{thread=\"0\"}") > 0);
  CHECK(proxy.stop() == 0);

  double statements = 0;
  std::map<std::string, double> errors;
  for (const auto& event : proxy.events("ended")) {
    const auto how = event.at("how").as_string();
    if (how == "complete" || how == "empty" || how == "error") ++statements;
    if (how != "error") continue;
    const auto* error = event.if_contains("error");
    REQUIRE(error != nullptr);
    const auto text = boost::json::serialize(*error);
    ++errors[text.find("22012") != std::string::npos ? "22" : "42"];
  }
  CHECK(end.at("ride_statements_total") == statements);
  CHECK(end.at("ride_errors_total{class=\"22\"}") == errors["22"]);
  CHECK(end.at("ride_errors_total{class=\"42\"}") == errors["42"]);
  const auto closed = proxy.events("connection_closed");
  CHECK(end.at("ride_connections_total") ==
        static_cast<double>(proxy.events("connection_opened").size()));
  CHECK(end.at("ride_sessions_total") ==
        static_cast<double>(proxy.events("connection_ready").size()));
  CHECK(end.at("ride_bytes_total{from=\"clients\"}") == sum(closed, "bytes_in"));
  CHECK(end.at("ride_bytes_total{from=\"servers\"}") == sum(closed, "bytes_out"));
  CHECK(end.at("ride_refused_total{reason=\"limit\"}") == 2);
  CHECK(end.at("ride_refused_total{reason=\"server\"}") == 1);
  CHECK(end.at("ride_cancels_total") ==
        static_cast<double>(proxy.events("cancel_requested").size()));
}

TEST_CASE("a journal that cannot be written is a metric, until there is room again",
          "[lab][proxy][postgres]") {
  if (::geteuid() != 0 || run_program({"unshare", "-m", "true"}).exit_code != 0) {
    WARN("SKIPPED: no file system can be mounted here");
    return;
  }
  const SmallDisk disk("60m");
  ProxyProcess proxy({"--metrics", "127.0.0.1:0", "--journal", disk.path()});
  const auto address = proxy.said("metrics");
  CHECK(scrape(address).at("ride_journal_files_failed") == 0);
  std::string input;
  for (int i = 0; i < 600; ++i) input += "SELECT repeat('x', 60000);\n";
  CHECK(proxy.psql(input).err.find("ride cannot record") != std::string::npos);
  auto now = scrape(address);
  CHECK(now.at("ride_journal_ok") == 0);
  CHECK(now.at("ride_journal_files_failed") == 1);
  CHECK(proxy.psql("SELECT 1").exit_code != 0);
  CHECK(scrape(address).at("ride_refused_total{reason=\"unrecorded\"}") >= 1);
  disk.resize("300m");
  CHECK(eventually([&] { return scrape(address).at("ride_journal_ok") == 1; }));
  CHECK(scrape(address).at("ride_journal_files_failed") == 0);
  CHECK(proxy.psql("SELECT 'served';").out == "served\n");
  CHECK(proxy.stop() == 0);
  CHECK(run_ride({"audit", "verify", proxy.file().string()}).exit_code == 0);
}

TEST_CASE("whatever is sent to the metrics port, sessions and the next scrape go on",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--metrics", "127.0.0.1:0"});
  const auto address = proxy.said("metrics");
  CHECK(get(address, "/healthz").ends_with("\r\n\r\nok\n"));
  CHECK(get(address, "/").starts_with("HTTP/1.1 404 "));
  {
    const Socket binary(address);
    std::string garbage(200'000, '\0');
    for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 131 % 251);
    binary.send(garbage);
    const Socket endless(address);
    endless.send("GET /metrics HTTP/1.1\r\nX: " + std::string(9'000, 'x'));
    CHECK(endless.receive_all().starts_with("HTTP/1.1 431 "));
    const Socket half(address);
    half.send("GET /metr");
    std::vector<std::unique_ptr<Socket>> slow;
    for (int i = 0; i < 1'000; ++i) {
      slow.push_back(std::make_unique<Socket>(address));
      slow.back()->send("G");
      if (i % 100 == 0) scrape(address);
    }
    scrape(address);
    CHECK(proxy.psql("SELECT 'served'").out == "served\n");
  }
  CHECK(scrape(address).at("ride_connections_total") == 1);
  CHECK(proxy.stop() == 0);
}
