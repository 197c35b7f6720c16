// A learner who tries to use up the machine: the limits hold, and ride goes on.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// status answers; submit grades, or says in one line that the server is gone; reset begins anew.
void check_unharmed(const Lab& lab) {
  const auto status = lab.must({"postgres", "status"});
  const auto submitted = lab.ride({"postgres", "submit"});
  INFO(status << submitted.out << submitted.err);
  if (submitted.exit_code != 0) {
    CHECK(submitted.err.find("ride postgres reset") != std::string::npos);
    CHECK(submitted.err.find('\n') == submitted.err.size() - 1);
  }
  lab.must({"postgres", "reset"});
  CHECK(lab.psql("SELECT count(*) FROM orders;\n", {"-At"}).out == "241\n");
}

std::uintmax_t bytes_below(const fs::path& folder) {
  std::uintmax_t sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) sum += entry.file_size();
  return sum;
}

// Clients that say who they are and then nothing.
class Crowd {
 public:
  Crowd(int port, std::size_t size) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string text("\0\0\0\x25\0\3\0\0user\0oncall\0database\0app_db\0\0", 37);
    while (sockets_.size() < size) {
      const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (one < 0) break;
      sockets_.push_back(one);
      if (::connect(one, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        continue;
      [[maybe_unused]] const auto sent = ::send(one, text.data(), text.size(), MSG_NOSIGNAL);
    }
  }
  ~Crowd() {
    for (const int one : sockets_) ::close(one);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  std::size_t size() const { return sockets_.size(); }

 private:
  std::vector<int> sockets_;
};

std::size_t files_that_may_be_open() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

}  // namespace

TEST_CASE("tables and temporary files end at the container's disk", "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  lab.start(in_container());
  const auto sorted = lab.psql(
      "SET work_mem = '64kB';\n"
      "SELECT count(*) FROM (SELECT i FROM generate_series(1, 50000000) i ORDER BY md5(i::text)) s;"
      "\n");
  CHECK(sorted.err.find("temporary file size exceeds temp_file_limit") != std::string::npos);
  CHECK(lab.psql("SET temp_file_limit = -1;\n").err.find("permission denied") != std::string::npos);
  lab.must({"postgres", "status"});
  const auto filled = lab.psql(
      "CREATE TABLE junk (t text);\n"
      "ALTER TABLE junk ALTER t SET STORAGE EXTERNAL;\n"
      "INSERT INTO junk SELECT repeat(md5(i::text), 100) FROM generate_series(1, 1000000) i;\n");
  INFO(filled.err);
  CHECK(filled.exit_code != -1);
  CHECK(!filled.err.empty());
  CHECK(bytes_below(lab.run_value("private_folder")) < 64U << 20U);
  check_unharmed(lab);
}

TEST_CASE("a query that wants all memory dies of it, and nothing else does",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  lab.start(in_container());
  const auto greedy = lab.psql(
      "SET work_mem = '2GB';\n"
      "SELECT length(string_agg(repeat('x', 1000000), '')) FROM generate_series(1, 900);\n");
  INFO(greedy.err);
  CHECK(greedy.err.find("connection") != std::string::npos);  // it was ended by the kernel
  check_unharmed(lab);
}

TEST_CASE("busy sessions leave status, submit and reset their turn", "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  lab.start(in_container());
  const std::string endless =
      "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 1000000) b;\n";
  std::vector<std::thread> sessions;
  for (int n = 0; n < 20; ++n) sessions.emplace_back([&] { lab.psql(endless); });
  for (int tries = 0; tries < 100; ++tries) {
    const auto busy = lab.psql(
        "SELECT count(*) > 15 FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND "
        "pid <> pg_backend_pid();\n",
        {"-At"});
    if (busy.out == "t\n") break;
  }
  check_unharmed(lab);  // reset ends the sessions
  for (auto& one : sessions) one.join();
}

TEST_CASE("ten thousand connections are refused or wait, and ride answers meanwhile",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  lab.start(in_container());
  {
    const Crowd crowd(lab.port(), std::min<std::size_t>(10'000, files_that_may_be_open() - 200));
    INFO(crowd.size());
    lab.must({"postgres", "status"});
  }
  check_unharmed(lab);
}
