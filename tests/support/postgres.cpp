#include "tests/support/postgres.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

namespace fs = std::filesystem;

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

bool has_server(const fs::path& folder) {
  return access((folder / "initdb").c_str(), X_OK) == 0 &&
         access((folder / "postgres").c_str(), X_OK) == 0;
}

}  // namespace

std::string postgres_programs() {
  const auto configured = run({"pg_config", "--bindir"}).output;
  const auto folder = configured.substr(0, configured.find('\n'));
  if (has_server(folder)) return folder;
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none))
    if (has_server(version.path() / "bin")) found.push_back(version.path() / "bin");
  if (found.empty()) throw std::runtime_error("no PostgreSQL server found: install postgresql");
  return *std::max_element(found.begin(), found.end());
}

Postgres::Postgres(const std::vector<std::string>& settings, std::uint16_t tcp_port)
    : port_(tcp_port != 0 ? tcp_port : port) {
  const auto [uid, gid] = unprivileged_user();
  const auto socket_directory = directory_.path().string();
  if (chown(socket_directory.c_str(), uid, gid) != 0)
    throw std::runtime_error("cannot give away " + socket_directory);
  fs::permissions(directory_.path(), fs::perms(0755));  // the socket is for every user
  const auto programs = postgres_programs();
  const auto data = socket_directory + "/data";
  const ChildOptions as_server{.unprivileged = true};
  const auto made = run({programs + "/initdb", "-D", data, "-U", "postgres", "-A", "trust",
                         "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"},
                        "", as_server);
  if (made.status != 0) throw std::runtime_error("initdb failed: " + made.output);
  std::ofstream(data + "/pg_hba.conf") << "local all scram_user scram-sha-256\n"
                                          "local all all trust\n"
                                          "local replication all trust\n"
                                          "host all scram_user 127.0.0.1/32 scram-sha-256\n"
                                          "host all all 127.0.0.1/32 trust\n"
                                          "host replication all 127.0.0.1/32 trust\n";
  std::vector<std::string> argv = {
      programs + "/postgres",
      "-D",
      data,
      "-k",
      socket_directory,
      "-c",
      tcp_port != 0 ? "listen_addresses=127.0.0.1" : "listen_addresses=",
      "-p",
      std::to_string(port_),
      "-c",
      "fsync=off",
      "-c",
      "wal_level=logical"};
  for (const auto& setting : settings) argv.insert(argv.end(), {"-c", setting});
  server_ = std::make_unique<Child>(argv, as_server);
  const auto address = "host=" + socket_directory + " port=" + std::to_string(port_);
  const bool up = eventually([&] { return PQping(address.c_str()) == PQPING_OK; });
  if (!up) throw std::runtime_error("PostgreSQL does not come up: " + server_->output());
  value("CREATE ROLE scram_user LOGIN PASSWORD '" + std::string(scram_password) + "'");
  value("CREATE ROLE oncall LOGIN SUPERUSER");
  value("CREATE DATABASE otherdb");
}

Postgres::~Postgres() {
  server_->signal(SIGINT);  // fast shutdown
  server_->wait();
}

std::string Postgres::value(const std::string& sql, const std::string& database) const {
  const auto address = "host=" + socket_directory() + " port=" + std::to_string(port_) +
                       " user=postgres dbname=" + database;
  const Connection connection(PQconnectdb(address.c_str()), PQfinish);
  const Result result(PQexec(connection.get(), sql.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  if (PQntuples(result.get()) == 0) return "";
  return PQgetvalue(result.get(), 0, 0);
}

std::uint16_t free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  const bool taken =
      bind(descriptor, plain, size) == 0 && getsockname(descriptor, plain, &size) == 0;
  close(descriptor);
  if (!taken) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

Postgres& Postgres::instance() {
  static Postgres server;
  return server;
}

}  // namespace ride::test
