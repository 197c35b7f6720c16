// `ride proxy` records into one file after the other: by size, by age, by a signal, under load, and
// where there is no room for the next.
#include <libpq-fe.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "journal/event_json.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::test::eventually;
namespace fs = std::filesystem;

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Connection connect(const std::string& dsn) { return {PQconnectdb(dsn.c_str()), PQfinish}; }

std::string value(const Connection& connection, const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             PQclear);
  return PQntuples(result.get()) == 1 ? PQgetvalue(result.get(), 0, 0)
                                      : PQerrorMessage(connection.get());
}

bool logged(ProxyProcess& proxy, const std::string& line) {
  return eventually([&] { return proxy.process().output().find(line) != std::string::npos; });
}

// By name.
std::vector<fs::path> files(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".ride") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

bool at_rest(const fs::path& file) { return !fs::exists(file.string() + "-lock"); }

std::vector<std::string> texts(const fs::path& file, const std::string& kind,
                               const std::string& field) {
  std::vector<std::string> out;
  ride::journal::Reader reader(file);
  for (const auto& event : reader.all()) {
    const auto object = ride::journal::to_json(event);
    const auto* found = object.if_contains(field);
    if (object.at("kind").as_string() == kind && found != nullptr && found->is_string())
      out.emplace_back(found->as_string());
  }
  return out;
}

std::vector<std::string> queries(const fs::path& file) { return texts(file, "query", "text"); }

// Queries of all files together, each once; none of them in two.
std::vector<std::string> all_queries(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& file : files(folder))
    for (auto& text : queries(file)) out.push_back(std::move(text));
  std::sort(out.begin(), out.end());
  return out;
}

// Sessions that each send numbered queries, until told to stop; what was answered is counted.
class Load {
 public:
  Load(const std::string& dsn, int sessions) {
    for (int session = 0; session < sessions; ++session)
      threads_.emplace_back([this, dsn, session] {
        const auto connection = connect(dsn);
        for (int number = 0; !over_; ++number) {
          const auto tag = std::to_string(session) + "." + std::to_string(number);
          if (value(connection, "SELECT '" + tag + "'") == tag)
            ++answered_;
          else
            ++failed_;
          if (failed_ > 0) return;
        }
      });
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop() {
    over_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  std::size_t answered() const { return answered_; }
  std::size_t failed() const { return failed_; }

 private:
  std::atomic<bool> over_ = false;
  std::atomic<std::size_t> answered_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  std::vector<std::thread> threads_;
};

// However it was wrapped.
std::string in_one_line(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += word + " ";
  return out;
}

void check_whole(ProxyProcess& proxy, Load& load) {
  load.stop();
  CHECK(load.failed() == 0);
  CHECK(proxy.stop() == 0);
  const auto folder = proxy.file().parent_path();
  const auto all = all_queries(folder);
  CHECK(all.size() == load.answered());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  for (const auto& file : files(folder)) {
    INFO(file.string());
    CHECK(at_rest(file));
    CHECK(run_ride({"replay", file.string()}).exit_code == 0);
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    CHECK((found.st_mode & 07777U) == 0600U);
  }
}

}  // namespace

TEST_CASE("SIGUSR1: a session that lives on is told in both files, and each can be read alone",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  auto client = connect(proxy.dsn("application_name=carried"));
  CHECK(value(client, "SELECT 'first'") == "first");
  proxy.process().signal(SIGUSR1);
  REQUIRE(logged(proxy, "SIGUSR1: recording goes on in "));
  CHECK(eventually([&] { return at_rest(proxy.file()); }));
  CHECK(value(client, "SELECT 'second'") == "second");
  client.reset();
  CHECK(proxy.stop() == 0);
  const auto both = files(proxy.file().parent_path());
  REQUIRE(both.size() == 2);
  CHECK(both[0] == proxy.file());
  CHECK(queries(both[0]) == std::vector<std::string>{"SELECT 'first'"});
  CHECK(queries(both[1]) == std::vector<std::string>{"SELECT 'second'"});
  CHECK(texts(both[0], "continued", "name") ==
        std::vector<std::string>{both[1].filename().string()});
  CHECK(texts(both[1], "continues", "name") ==
        std::vector<std::string>{both[0].filename().string()});
  CHECK(texts(both[1], "connection_started", "application") == std::vector<std::string>{"carried"});
  const auto first = run_ride({"replay", both[0].string()}).out;
  const auto second = in_one_line(run_ride({"replay", both[1].string()}).out);
  CHECK(first.find("goes on in the next file") != std::string::npos);
  INFO(second);
  CHECK(second.find("goes on from the file before: oncall@postgres (carried)") !=
        std::string::npos);
  CHECK(second.find("SELECT 'second'") != std::string::npos);
}

TEST_CASE("where nothing was recorded, a signal makes no new file", "[lab][proxy]") {
  ProxyProcess proxy;
  proxy.process().signal(SIGUSR1);
  proxy.process().signal(SIGHUP);
  CHECK(proxy.psql("SELECT 'there'").out == "there\n");
  CHECK(proxy.stop() == 0);
  CHECK(files(proxy.file().parent_path()).size() == 1);
}

TEST_CASE("a file goes on in the next by its size, with nothing lost or doubled",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--rotate-size", "300KiB"});
  Load load(proxy.dsn(), 3);
  REQUIRE(eventually([&] { return files(proxy.file().parent_path()).size() >= 4; }));
  check_whole(proxy, load);
}

TEST_CASE("a file goes on in the next by its age", "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--rotate-age", "1s", "--threads", "2"});
  Load load(proxy.dsn(), 3);
  REQUIRE(eventually([&] { return files(proxy.file().parent_path()).size() >= 3; }));
  check_whole(proxy, load);
}

TEST_CASE("a storm of signals under load loses nothing and refuses nobody",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--threads", "2"});
  Load load(proxy.dsn(), 4);
  REQUIRE(eventually([&] { return load.answered() > 50; }));
  for (int i = 0; i < 3'000; ++i) proxy.process().signal(i % 2 == 0 ? SIGHUP : SIGUSR1);
  const auto before = load.answered();
  REQUIRE(eventually([&] { return load.answered() > before + 200; }));
  check_whole(proxy, load);
  CHECK(files(proxy.file().parent_path()).size() >= 2);
}

TEST_CASE("a session in a transaction keeps its file, and only its file, open",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  auto slow = connect(proxy.dsn());
  CHECK(value(slow, "BEGIN; SELECT 'begun'") == "begun");
  proxy.process().signal(SIGUSR1);
  REQUIRE(logged(proxy, "recording goes on in "));
  CHECK(proxy.psql("SELECT 'other'").out == "other\n");
  CHECK_FALSE(at_rest(proxy.file()));
  CHECK(value(slow, "SELECT 'within'") == "within");
  CHECK(value(slow, "COMMIT; SELECT 'behind'") == "behind");
  CHECK(eventually([&] { return at_rest(proxy.file()); }));
  slow.reset();
  CHECK(proxy.stop() == 0);
  CHECK(queries(proxy.file()) == std::vector<std::string>{"BEGIN; SELECT 'begun'",
                                                          "SELECT 'within'",
                                                          "COMMIT; SELECT 'behind'"});
}

TEST_CASE("a file that cannot be made changes nothing: the one before goes on",
          "[lab][proxy][postgres]") {
  // The rings of one file fit into it, and not those of a second.
  const ride::test::TemporaryDirectory folder;
  const auto run = [](const std::string& words) {
    return run_program({"sh", "-c", words}).exit_code;
  };
  if (run("mount -t tmpfs -o size=64m none " + folder.path().string()) != 0) {
    WARN("SKIPPED: no small disk can be mounted here");
    return;
  }
  {
    ProxyProcess proxy({"--journal", (folder / "j").string()});
    auto client = connect(proxy.dsn());
    CHECK(value(client, "SELECT 'before'") == "before");
    std::ofstream filler(folder / "filler", std::ios::binary);
    const std::string block(1 << 16, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
    filler.close();
    fs::resize_file(folder / "filler", fs::file_size(folder / "filler") - 2'000'000);
    proxy.process().signal(SIGUSR1);
    CHECK(logged(proxy, "cannot go on in a new file: "));
    CHECK(value(client, "SELECT 'still'") == "still");
    client.reset();
    CHECK(proxy.stop() == 0);
    CHECK(files(folder / "j").size() == 1);
    CHECK(queries(proxy.file()) == std::vector<std::string>{"SELECT 'before'", "SELECT 'still'"});
  }
  CHECK(run("umount " + folder.path().string()) == 0);
}

TEST_CASE("a journal folder that is removed is made again, and where it cannot be, ride ends",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  const auto folder = proxy.file().parent_path();
  auto client = connect(proxy.dsn());
  CHECK(value(client, "SELECT 'lost'") == "lost");
  fs::remove_all(folder);
  REQUIRE(logged(proxy, "its file was removed, and what was recorded there with it"));
  CHECK(value(client, "SELECT 'kept'") == "kept");
  REQUIRE(files(folder).size() == 1);
  const auto second = files(folder).front();
  CHECK(eventually([&] { return queries(second) == std::vector<std::string>{"SELECT 'kept'"}; }));

  fs::remove_all(folder);
  std::ofstream(folder.string()) << "in the way";
  CHECK(proxy.process().wait() == 1);
  CHECK(proxy.process().output().find("was removed and no other can be made") != std::string::npos);
  CHECK(value(client, "SELECT 1").find("terminating connection due to administrator command") !=
        std::string::npos);
  CHECK(PQstatus(client.get()) == CONNECTION_BAD);
}
