// How `ride proxy` ends: it waits for its sessions, a second signal cuts them, and another one
// takes its place without a client being refused.
#include <libpq-fe.h>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "tests/catch.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::test::eventually;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Connection connect(const std::string& dsn) { return {PQconnectdb(dsn.c_str()), PQfinish}; }

std::string value(const Connection& connection, const char* sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql),
                                                             PQclear);
  return PQntuples(result.get()) == 1 ? PQgetvalue(result.get(), 0, 0)
                                      : PQerrorMessage(connection.get());
}

bool logged(ProxyProcess& proxy, const std::string& line) {
  return eventually([&] { return proxy.process().output().find(line) != std::string::npos; });
}

std::vector<std::string> how_closed(const ProxyProcess& proxy) {
  std::vector<std::string> out;
  for (const auto& event : proxy.events("connection_closed"))
    out.emplace_back(event.at("how").as_string());
  return out;
}

// Clients that come and go, as long as it lives, from several threads.
class Crowd {
 public:
  explicit Crowd(const std::string& dsn) {
    for (int i = 0; i < 4; ++i)
      threads_.emplace_back([this, dsn] {
        while (!over_) {
          const auto connection = connect(dsn);
          const bool served = value(connection, "SELECT 1") == "1";
          (served ? served_ : failed_) += 1;
          if (!served)
            last_error_ = std::make_shared<std::string>(PQerrorMessage(connection.get()));
        }
      });
  }
  ~Crowd() { stop(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  void stop() {
    over_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  int served() const { return served_; }
  int failed() const { return failed_; }
  std::string last_error() const {
    const auto error = last_error_.load();
    return error ? *error : "";
  }

 private:
  std::atomic<bool> over_ = false;
  std::atomic<int> served_ = 0;
  std::atomic<int> failed_ = 0;
  std::atomic<std::shared_ptr<std::string>> last_error_;
  std::vector<std::thread> threads_;
};

// Three proxies, one after the other, each taking over from the one before while clients come.
void check_overlap(const std::string& listen, const std::string& dsn) {
  std::vector<std::string> words{"--reuse-port", "--listen", listen};
  auto current = std::make_unique<ProxyProcess>(words);
  std::vector<std::unique_ptr<ProxyProcess>> ended;
  Crowd crowd(dsn);
  for (int generation = 0; generation < 2; ++generation) {
    const int before = crowd.served();
    REQUIRE(eventually([&] { return crowd.served() > before + 50; }));
    auto next = std::make_unique<ProxyProcess>(words);
    CHECK(current->stop() == 0);
    ended.push_back(std::move(current));
    current = std::move(next);
  }
  const int before = crowd.served();
  REQUIRE(eventually([&] { return crowd.served() > before + 50; }));
  crowd.stop();
  INFO(crowd.last_error());
  CHECK(crowd.failed() == 0);
  CHECK(current->stop() == 0);
  ended.push_back(std::move(current));
  std::size_t recorded = 0;
  for (const auto& proxy : ended) {
    CHECK(proxy->events("query").size() >= 10);
    recorded += proxy->events("query").size();
  }
  CHECK(recorded == static_cast<std::size_t>(crowd.served()));
}

}  // namespace

TEST_CASE(
    "wire 55: after SIGTERM sessions go on until their clients end them, and nobody new comes",
    "[lab][proxy][postgres][wire]") {
  ProxyProcess proxy;
  auto idle = connect(proxy.dsn());
  auto busy = connect(proxy.dsn());
  REQUIRE(PQstatus(idle.get()) == CONNECTION_OK);
  REQUIRE(PQsendQuery(busy.get(), "SELECT pg_sleep(0.2), 'done'") == 1);
  proxy.process().signal(SIGTERM);
  REQUIRE(logged(proxy, "draining: sessions left: 2"));
  const auto late = connect(proxy.dsn());
  CHECK(PQstatus(late.get()) == CONNECTION_BAD);
  CHECK(std::string(PQerrorMessage(late.get())).find("ride is shutting down") != std::string::npos);
  const std::unique_ptr<PGresult, decltype(&PQclear)> done(PQgetResult(busy.get()), PQclear);
  CHECK(std::string(PQgetvalue(done.get(), 0, 1)) == "done");
  busy.reset();
  REQUIRE(logged(proxy, "draining: sessions left: 1"));
  CHECK(value(idle, "SELECT 'still here'") == "still here");
  CHECK(proxy.process().running());
  idle.reset();
  CHECK(proxy.process().wait() == 0);
  CHECK(how_closed(proxy) == std::vector<std::string>{"fatal", "terminated", "terminated"});
  const auto refused = proxy.events("connection_refused");
  REQUIRE(refused.size() == 1);
  CHECK(boost::json::serialize(refused[0]).find("57P03") != std::string::npos);
  CHECK_FALSE(fs::exists(proxy.file().string() + "-lock"));
}

TEST_CASE("wire 55: a session that goes on after SIGTERM can be cancelled",
          "[lab][proxy][postgres][wire]") {
  const TemporaryDirectory folder;
  const bool unix_socket = GENERATE(false, true);
  ProxyProcess proxy({"--listen", unix_socket ? folder.path().string() : "127.0.0.1:0"});
  auto busy = connect(unix_socket ? "user=oncall dbname=postgres host=" + folder.path().string()
                                  : proxy.dsn());
  REQUIRE(PQsendQuery(busy.get(), "SELECT pg_sleep(600)") == 1);
  REQUIRE(eventually([&] { return proxy.events("query").size() == 1; }));
  proxy.process().signal(SIGTERM);
  REQUIRE(logged(proxy, "draining: sessions left: 1"));
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(busy.get()),
                                                                  PQfreeCancel);
  std::array<char, 256> error{};
  const bool asked = PQcancel(cancel.get(), error.data(), static_cast<int>(error.size())) == 1;
  INFO(error.data());
  CHECK(asked);
  if (!asked) proxy.process().signal(SIGTERM);  // cuts it: else the test would wait for the answer
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(busy.get()), PQclear);
  CHECK(std::string(PQresultErrorField(result.get(), PG_DIAG_SQLSTATE)) == "57014");
  busy.reset();
  CHECK(proxy.process().wait() == 0);
  const auto cancels = proxy.events("cancel_requested");
  REQUIRE(cancels.size() == 1);
  CHECK(cancels[0].at("request") == proxy.events("query").at(0).at("seq"));
}

TEST_CASE("wire 55: the second signal cuts the sessions that are left, and the record is whole",
          "[lab][proxy][postgres][wire]") {
  const int second = GENERATE(SIGTERM, SIGINT);
  ProxyProcess proxy;
  const auto idle = connect(proxy.dsn());
  REQUIRE(PQstatus(idle.get()) == CONNECTION_OK);
  proxy.process().signal(SIGTERM);
  REQUIRE(logged(proxy, "draining: sessions left: 1"));
  proxy.process().signal(second);
  CHECK(proxy.process().wait() == 0);
  CHECK(value(idle, "SELECT 1").find("terminating connection due to administrator command") !=
        std::string::npos);
  CHECK(logged(proxy, "cut by a signal: sessions: 1"));
  CHECK(how_closed(proxy) == std::vector<std::string>{"cut"});
  CHECK_FALSE(fs::exists(proxy.file().string() + "-lock"));
}

TEST_CASE("wire 55: a proxy takes over a port from another without a client being refused",
          "[lab][proxy][postgres][wire]") {
  const int port = free_port();
  check_overlap(
      "127.0.0.1:" + std::to_string(port),
      "host=127.0.0.1 user=oncall dbname=postgres sslmode=disable port=" + std::to_string(port));
}

TEST_CASE("wire 55: a proxy takes over a unix socket from another without a client being refused",
          "[lab][proxy][postgres][wire]") {
  const TemporaryDirectory folder;
  check_overlap(folder.path().string(),
                "user=oncall dbname=postgres sslmode=disable host=" + folder.path().string());
}

TEST_CASE("a port is shared only by those who both say so", "[lab][proxy]") {
  ProxyProcess alone;
  const auto refused = run_ride({"proxy", "--reuse-port", "--listen", alone.said("listen"),
                                 "--upstream", "/tmp", "--journal", alone.folder().string()});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("cannot listen on " + alone.said("listen")) != std::string::npos);
}
