// `ride proxy`: the recording proxy as a command of its own, before any PostgreSQL.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"

using namespace ride::lab;
using ride::test::eventually;
using ride::test::Postgres;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

std::string word(const boost::json::object& event, const std::string& field) {
  const auto* found = event.if_contains(field);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

// Failed with one line that has both texts.
void check_refused(const Outcome& outcome, int code, const std::string& what,
                   const std::string& next) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == code);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("ride: "));
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
  CHECK(outcome.err.find(what) != std::string::npos);
  CHECK(outcome.err.find(next) != std::string::npos);
}

Outcome proxy(std::vector<std::string> words) {
  words.insert(words.begin(), "proxy");
  return run_ride(words);
}

}  // namespace

TEST_CASE("ride proxy records what the real psql sends, and its file is whole when it ends",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  CHECK(proxy.said("listen") == "127.0.0.1:" + std::to_string(proxy.port()));
  CHECK(proxy.said("upstream") == Postgres::instance().socket_directory() + "/.s.PGSQL.5432");
  CHECK(proxy.said().at("pid").to_number<int>() == proxy.process().pid());
  CHECK(proxy.psql("SELECT 40 + 2;").out == "42\n");
  CHECK(proxy.stop() == 0);
  REQUIRE(proxy.events("query").size() == 1);
  CHECK(word(proxy.events("query")[0], "text") == "SELECT 40 + 2;");
  CHECK(proxy.events("connection_closed").size() == 1);
  CHECK_FALSE(fs::exists(proxy.file().string() + "-wal"));
  CHECK_FALSE(fs::exists(proxy.file().string() + "-lock"));
}

TEST_CASE("a proxy's file can be replayed, and score says that it has nothing to grade",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  proxy.psql("SELECT 'to be replayed';\nSELECT 1 / 0;");
  CHECK(proxy.stop() == 0);
  const auto story = run_ride({"replay", proxy.file().string()});
  CHECK(story.exit_code == 0);
  CHECK(story.out.find("SELECT 'to be replayed'") != std::string::npos);
  CHECK(story.out.find("division by zero") != std::string::npos);
  check_refused(run_ride({"score", proxy.file().string()}), 1, proxy.file().string(),
                "recorded without a scenario, so there is nothing to grade");
  const auto recovered = run_ride({"audit", "recover", proxy.file().string()});
  CHECK(recovered.exit_code == 0);
  CHECK(recovered.out.find("there was nothing to recover") != std::string::npos);
}

TEST_CASE("what psql printed is in the file of a proxy that was killed, once it is recovered",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  CHECK(proxy.psql("SELECT 'printed before the kill';").out == "printed before the kill\n");
  proxy.process().signal(SIGKILL);
  CHECK(proxy.process().wait() == 128 + SIGKILL);
  check_refused(run_ride({"replay", proxy.file().string()}), 1, proxy.file().string(),
                "ride audit recover");
  CHECK(run_ride({"audit", "recover", proxy.file().string()}).exit_code == 0);
  const auto story = run_ride({"replay", proxy.file().string()});
  CHECK(story.exit_code == 0);
  CHECK(story.out.find("SELECT 'printed before the kill'") != std::string::npos);
  REQUIRE(proxy.events("ended").size() == 1);
  CHECK(word(proxy.events("ended")[0], "tag") == "SELECT 1");
}

TEST_CASE("each proxy makes a journal of its own, readable by its owner alone",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const auto journal = (folder / "kept").string();
  ProxyProcess first({"--journal", journal});
  ProxyProcess second({"--journal", journal});
  CHECK(first.file() != second.file());
  CHECK(first.psql("SELECT 'first';").out == "first\n");
  CHECK(second.psql("SELECT 'second';").out == "second\n");
  CHECK(first.stop() == 0);
  CHECK(second.stop() == 0);
  CHECK(word(first.events("query")[0], "text") == "SELECT 'first';");
  CHECK(word(second.events("query")[0], "text") == "SELECT 'second';");
  struct stat status {};
  REQUIRE(::stat(first.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 077U) == 0);
}

TEST_CASE("clients that ask for TLS get it, by a certificate made on first use or by their own",
          "[lab][proxy][postgres]") {
  const std::string ask =
      " user=oncall dbname=postgres sslmode=require gssencmode=disable connect_timeout=20";
  ProxyProcess made;
  const auto dsn = "host=127.0.0.1 port=" + std::to_string(made.port()) + ask;
  CHECK(made.psql_at(dsn, "SELECT 'over TLS';").out == "over TLS\n");
  const auto certificate = made.folder() / "journal/tls/server.crt";
  REQUIRE(fs::exists(certificate));

  ProxyProcess given({"--tls-cert", certificate.string(), "--tls-key",
                      (made.folder() / "journal/tls/server.key").string()});
  CHECK_FALSE(fs::exists(given.folder() / "journal/tls"));
  const auto verified =
      "host=localhost hostaddr=127.0.0.1 port=" + std::to_string(given.port()) +
      " user=oncall dbname=postgres sslmode=verify-full sslrootcert=" + certificate.string();
  CHECK(given.psql_at(verified, "SELECT 'verified';").out == "verified\n");
}

TEST_CASE("a server is reached by name, and ride proxy stands before ride proxy",
          "[lab][proxy][postgres]") {
  ProxyProcess inner;
  ProxyProcess outer({"--upstream", "localhost:" + std::to_string(inner.port())});
  CHECK(outer.psql("SELECT 'through two';").out == "through two\n");
  CHECK(outer.stop() == 0);
  CHECK(inner.stop() == 0);
  CHECK(outer.events("query").size() == 1);
  CHECK(inner.events("query").size() == 1);
}

TEST_CASE("ride proxy's usage errors are one line and exit code 2", "[lab][proxy]") {
  const TemporaryDirectory folder;
  const auto journal = (folder / "j").string();
  check_refused(proxy({"--listen", "127.0.0.1:0", "--upstream", "/tmp"}), 2, "--journal",
                "ride --help");
  check_refused(
      proxy({"--listen", "127.0.0.1:0", "--upstream", "/tmp", "--journal", journal, "--moon"}), 2,
      "--moon", "ride --help");
  check_refused(proxy({"--listen", "::1:5432", "--upstream", "/tmp", "--journal", journal}), 2,
                "--listen ::1:5432 is no address", "[IPV6]:PORT");
  check_refused(proxy({"--listen", "127.0.0.1:0", "--upstream", "db", "--journal", journal}), 2,
                "--upstream db is no address", "HOST:PORT");
  check_refused(proxy({"--listen", "127.0.0.1:0", "--upstream", "/tmp", "--journal", journal,
                       "--threads", "0"}),
                2, "--threads", "ride --help");
  check_refused(proxy({"--listen", "127.0.0.1:0", "--upstream", "/tmp", "--journal", journal,
                       "--tls-cert", "/nonexistent"}),
                2, "--tls-cert and --tls-key", "together");
  CHECK_FALSE(fs::exists(journal));
}

TEST_CASE("ride proxy says what is in the way, and leaves nothing behind", "[lab][proxy]") {
  const TemporaryDirectory folder;
  const auto journal = (folder / "j").string();
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--upstream", "/tmp"});
    return proxy(words);
  };
  std::ofstream(folder / "file") << "in the way";
  check_refused(with({"--listen", "127.0.0.1:0", "--journal", (folder / "file/j").string()}), 1,
                "file/j", "name another --journal");
  check_refused(proxy({"--listen", "127.0.0.1:0", "--journal", journal, "--upstream",
                       "no-such-host.invalid:5432"}),
                1, "no-such-host.invalid:5432", "cannot find --upstream");
  check_refused(with({"--listen", "127.0.0.1:0", "--journal", journal, "--tls-cert",
                      (folder / "file").string(), "--tls-key", (folder / "file").string()}),
                1, "file", "not a certificate");
  ProxyProcess first;
  check_refused(with({"--listen", first.said("listen"), "--journal", journal}), 1,
                "cannot listen on " + first.said("listen"), "choose another --listen");
  CHECK(fs::exists(journal + "/tls/server.crt"));  // it stays
  for (const auto& entry : fs::directory_iterator(journal)) {
    const auto name = entry.path().filename();
    CHECK((name == "tls" || name == "key"));  // as does the key that signs
  }
}

TEST_CASE("a folder that ride proxy may not write is refused with what to do", "[lab][proxy]") {
  const TemporaryDirectory folder;
  fs::copy_file(RIDE_PROGRAM, folder / "ride");
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_exec);
  const auto closed = folder / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  std::vector<std::string> words;
  if (::geteuid() == 0) words = {"setpriv", "--reuid=65534", "--clear-groups"};
  for (const auto& word :
       {(folder / "ride").string(), std::string("proxy"), std::string("--listen"),
        std::string("127.0.0.1:0"), std::string("--upstream"), std::string("/tmp"),
        std::string("--journal"), closed.string()})
    words.push_back(word);
  const auto refused = run_program(words);
  check_refused(refused, 1, closed.string(), "make it writable");
}

TEST_CASE("ride proxy --explain asks the server and says what channel binding meets",
          "[lab][proxy][postgres]") {
  const auto server = Postgres::instance().socket_directory();
  const std::vector<std::string> words = {"--listen", "127.0.0.1:0", "--upstream", server,
                                          "--explain"};
  const auto told = proxy(words);
  CHECK(told.exit_code == 0);
  CHECK(told.out.find("without TLS\n") != std::string::npos);
  CHECK(told.out.find("binding  plain-server: nothing is touched") != std::string::npos);

  auto for_programs = words;
  for_programs.push_back("--json");
  const auto parsed = boost::json::parse(proxy(for_programs).out).as_object();
  CHECK(word(parsed, "binding") == "plain-server");
  CHECK(parsed.at("gives_tls").as_bool());
  const auto& clients = parsed.at("clients").as_array();
  REQUIRE(clients.size() == 12);
  for (const auto& row : clients)
    CHECK(row.at("works").as_bool() == (row.at("channel_binding") != "require"));

  auto nowhere = words;
  nowhere[3] = "/nonexistent";
  check_refused(proxy(nowhere), 1, "cannot reach --upstream /nonexistent",
                "No such file or directory");
  check_refused(proxy({"--listen", "127.0.0.1:0", "--upstream", server, "--journal", "/tmp",
                       "--upstream-tls", "verify-full"}),
                2, "--upstream-tls verify-full", "--upstream-ca");
}
