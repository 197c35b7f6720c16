// `ride proxy` as a service: a configuration file, SIGHUP, a log file, and what systemd is told.
#include <libpq-fe.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"

using namespace ride::lab;
using ride::test::eventually;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

std::string read(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

bool logged(ProxyProcess& proxy, const std::string& line) {
  return eventually([&] { return proxy.process().output().find(line) != std::string::npos; });
}

void reload(ProxyProcess& proxy, const std::string& then) {
  proxy.process().signal(SIGHUP);
  INFO(proxy.process().output());
  REQUIRE(logged(proxy, then));
}

// A certificate for that name, and its key, by the openssl program.
void make_certificate(const fs::path& folder, const std::string& name) {
  const auto made = run_program(
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
       "-days", "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout",
       (folder / "key.pem").string(), "-out", (folder / "cert.pem").string()});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  ::chmod((folder / "key.pem").c_str(), 0600);
}

// "" where a client that trusts only that certificate, of that name, is let in; else why not.
std::string verified(const ProxyProcess& proxy, const fs::path& certificate,
                     const std::string& name) {
  const auto dsn =
      "host=" + name + " hostaddr=127.0.0.1 port=" + std::to_string(proxy.port()) +
      " user=oncall dbname=postgres sslmode=verify-full sslrootcert=" + certificate.string();
  const std::unique_ptr<PGconn, decltype(&PQfinish)> client(PQconnectdb(dsn.c_str()), PQfinish);
  return PQstatus(client.get()) == CONNECTION_OK ? "" : PQerrorMessage(client.get());
}

// Where systemd would listen.
class Notified {
 public:
  Notified() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Notified() { ::close(descriptor_); }
  Notified(const Notified&) = delete;
  Notified& operator=(const Notified&) = delete;
  std::string path() const { return (folder_ / "notify").string(); }

  bool heard(const std::string& words) {
    return eventually([&] {
      std::array<char, 1'024> bytes{};
      for (ssize_t size = 0;
           (size = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;)
        all_ += std::string(bytes.data(), static_cast<std::size_t>(size)) + "\n";
      const auto found = all_.find(words);
      if (found == std::string::npos) return false;
      all_.erase(0, found + words.size());
      return true;
    });
  }

 private:
  TemporaryDirectory folder_;
  int descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::string all_;
};

}  // namespace

TEST_CASE("SIGHUP reads the configuration again: what can change does, the rest is named",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const auto file = folder / "proxy.conf";
  write(file, "max-connections = 5\n");
  ProxyProcess proxy({"--config", file.string()});
  CHECK(proxy.psql("SELECT 'let in'").out == "let in\n");

  write(file, "max-connections = 1\nthreads = 2\nlog-level = warning\n");
  reload(proxy, "needs a restart: threads = 2, until then: 1");
  CHECK(logged(proxy, "reloaded: max-connections = 1, before: 5"));
  std::unique_ptr<PGconn, decltype(&PQfinish)> one(nullptr, PQfinish);
  CHECK(eventually([&] {  // once the client before has gone
    one.reset(PQconnectdb(proxy.dsn().c_str()));
    return PQstatus(one.get()) == CONNECTION_OK;
  }));
  CHECK(proxy.psql("SELECT 1").err.find("too many clients already") != std::string::npos);
}

TEST_CASE("a configuration that cannot be read again leaves the one before in force",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const auto file = folder / "proxy.conf";
  write(file, "max-connections = 1\n");
  ProxyProcess proxy({"--config", file.string()});
  const std::unique_ptr<PGconn, decltype(&PQfinish)> one(PQconnectdb(proxy.dsn().c_str()),
                                                         PQfinish);
  const auto bad = file.string() + ":2: ";
  write(file, "max-connections = 9\nmax-conections = 7\n");
  reload(proxy, bad + "unknown setting \"max-conections\"; did you mean \"max-connections\"?");
  write(file, "threads = many\nmax-connections = 9\n");
  reload(proxy, file.string() + ":1: ");
  fs::remove(file);
  reload(proxy, "not reloaded, the settings before hold: cannot read --config");
  CHECK(proxy.psql("SELECT 1").err.find("too many clients already") != std::string::npos);
}

TEST_CASE("SIGHUP shows new clients the certificate that the file has now",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  make_certificate(folder.path(), "old.example");
  const auto old = folder / "old.pem";
  fs::copy_file(folder / "cert.pem", old);
  ProxyProcess proxy({"--tls-cert", (folder / "cert.pem").string(), "--tls-key",
                      (folder / "key.pem").string(), "--client-tls", "always"});
  CHECK(verified(proxy, old, "old.example") == "");
  const auto dsn = "host=127.0.0.1 port=" + std::to_string(proxy.port()) +
                   " user=oncall dbname=postgres sslmode=require";
  const std::unique_ptr<PGconn, decltype(&PQfinish)> standing(PQconnectdb(dsn.c_str()), PQfinish);
  REQUIRE(PQstatus(standing.get()) == CONNECTION_OK);

  write(folder / "key.pem", "no key\n");
  reload(proxy, "key.pem: not the certificate's key");
  CHECK(verified(proxy, old, "old.example") == "");

  fs::remove(folder / "key.pem");
  make_certificate(folder.path(), "new.example");
  proxy.process().signal(SIGHUP);
  CHECK(eventually([&] { return verified(proxy, folder / "cert.pem", "new.example").empty(); }));
  CHECK(verified(proxy, old, "old.example") != "");
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(standing.get(), "SELECT 1"),
                                                             PQclear);
  CHECK(PQntuples(answer.get()) == 1);
}

TEST_CASE("the log goes into its file, and into a new one after SIGHUP", "[lab][proxy]") {
  const TemporaryDirectory folder;
  const auto log = folder / "ride.log";
  ProxyProcess proxy({"--log-file", log.string(), "--upstream", "/nowhere"});
  proxy.psql("SELECT 1");
  CHECK(eventually([&] { return read(log).find("connect failed") != std::string::npos; }));
  struct stat found {};
  REQUIRE(::stat(log.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
  fs::rename(log, folder / "ride.log.1");
  proxy.process().signal(SIGHUP);
  REQUIRE(eventually([&] { return fs::exists(log); }));
  proxy.psql("SELECT 1");
  CHECK(eventually([&] { return read(log).find("connect failed") != std::string::npos; }));
  CHECK(proxy.stop() == 0);
}

TEST_CASE("systemd is told when ride is ready, reloads, and stops", "[lab][proxy]") {
  Notified systemd;
  ProxyProcess proxy({}, {"NOTIFY_SOCKET=" + systemd.path()});
  CHECK(systemd.heard("READY=1"));
  CHECK(systemd.heard("STATUS=recording in " + proxy.file().string()));
  proxy.process().signal(SIGHUP);
  CHECK(systemd.heard("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(systemd.heard("READY=1"));
  proxy.process().signal(SIGTERM);
  CHECK(systemd.heard("STOPPING=1"));
  CHECK(proxy.process().wait() == 0);
}

TEST_CASE("what holds is printed as a configuration that says the same", "[lab][proxy]") {
  const TemporaryDirectory folder;
  write(folder / "a.conf", "listen = 127.0.0.1:6432\nupstream = /tmp\njournal = /tmp/j\n");
  const auto first = run_ride(
      {"proxy", "--config", (folder / "a.conf").string(), "--threads", "3", "--print-config"});
  CHECK(first.exit_code == 0);
  CHECK(first.out.find("threads = 3\n") != std::string::npos);
  CHECK(first.out.find("max-connections = 1000\n") != std::string::npos);
  write(folder / "b.conf", first.out);
  const auto second =
      run_ride({"proxy", "--config", (folder / "b.conf").string(), "--print-config"});
  CHECK(second.out == first.out);
  CHECK_FALSE(fs::exists("/tmp/j"));
}
