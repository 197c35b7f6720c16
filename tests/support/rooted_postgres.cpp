#include "tests/support/rooted_postgres.hpp"

#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

namespace fs = std::filesystem;

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Finished look_for_root(int major) {
  auto found = run({RIDE_POSTGRES_ROOT, "--if-there", std::to_string(major)});
  found.output = found.output.substr(0, found.output.find('\n'));
  return found;
}

std::string root_of(int major) {
  const auto found = look_for_root(major);
  if (found.status != 0) throw std::runtime_error(found.output);
  return found.output;
}

std::string program(int major, const std::string& name) {
  return "/usr/lib/postgresql/" + std::to_string(major) + "/bin/" + name;
}

}  // namespace

bool skipped_without_postgres(int major) {
  const auto found = look_for_root(major);
  if (found.status == 0) return false;
  std::cout << "SKIPPED: " << found.output << std::endl;
  return true;
}

RootedPostgres::RootedPostgres(int major, const std::vector<std::string>& settings,
                               const std::string& hba, std::uint16_t tcp_port)
    : root_(root_of(major)), port_(tcp_port == 0 ? port : tcp_port) {
  auto folder = root_ + "/tmp/ride-test-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make " + folder);
  inside_ = folder.substr(root_.size());
  const auto [uid, gid] = unprivileged_user(root_);
  if (chown(folder.c_str(), uid, gid) != 0) throw std::runtime_error("cannot give away " + folder);
  fs::permissions(folder, fs::perms(0755));
  const ChildOptions in_root{.root = root_};
  const auto data = inside_ + "/data";
  const auto made = run({program(major, "initdb"), "-D", data, "-U", "postgres", "-A", "trust",
                         "--no-sync", "--locale=C", "-E", "UTF8"},
                        "", in_root);
  if (made.status != 0) throw std::runtime_error("initdb failed: " + made.output);
  std::ofstream(root_ + data + "/pg_hba.conf") << hba << "local all all trust\n";
  std::vector<std::string> argv = {
      program(major, "postgres"),
      "-D",
      data,
      "-k",
      inside_,
      "-c",
      "listen_addresses=" + std::string(tcp_port == 0 ? "" : "127.0.0.1"),
      "-p",
      std::to_string(port_),
      "-c",
      "fsync=off"};
  argv.insert(argv.end(), settings.begin(), settings.end());
  server_ = std::make_unique<Child>(argv, in_root);
  const auto address = "host=" + socket_directory() + " port=" + std::to_string(port_);
  if (!eventually([&] { return PQping(address.c_str()) == PQPING_OK; }))
    throw std::runtime_error("PostgreSQL does not come up: " + server_->output());
  value("CREATE ROLE oncall LOGIN SUPERUSER");
}

RootedPostgres::~RootedPostgres() {
  if (server_) {
    server_->signal(SIGINT);  // fast shutdown
    server_->wait();
  }
  std::error_code ignored;
  fs::remove_all(socket_directory(), ignored);
}

void RootedPostgres::put(const std::string& name, const std::string& content) const {
  const auto file = root_ + inside_ + "/data/" + name;
  const auto [uid, gid] = unprivileged_user(root_);
  std::ofstream(file) << content;
  fs::permissions(file, fs::perms(0600));
  if (chown(file.c_str(), uid, gid) != 0) throw std::runtime_error("cannot give away " + file);
}

std::string RootedPostgres::value(const std::string& sql) const {
  const auto address = "host=" + socket_directory() + " port=" + std::to_string(port_) +
                       " user=postgres dbname=postgres";
  const Connection connection(PQconnectdb(address.c_str()), PQfinish);
  const Result result(PQexec(connection.get(), sql.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

RootedPsql::RootedPsql(int major, const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment)
    : argv({program(major, "psql"), "-X", "-q", "-A", "-t"}),
      options{.environment = environment, .root = root_of(major)} {
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  options.environment.emplace_back("HOME=/tmp");  // ours is closed to it
}

}  // namespace ride::test
