#include "cli/rerun_target.hpp"

#include <chrono>
#include <cstdlib>
#include <set>
#include <sstream>
#include <thread>

#include "cli/failure.hpp"
#include "cli/rerun_login.hpp"
#include "sandbox/files.hpp"
#include "sandbox/leftovers.hpp"
#include "sandbox/session.hpp"

namespace ride::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_wait_max{30'000};
constexpr milliseconds start_poll_interval{50};
constexpr const char* waits_sql =
    "SELECT pid, array_to_string(pg_blocking_pids(pid), ' ') FROM pg_stat_activity "
    "WHERE wait_event_type = 'Lock'";

std::set<std::string> values_of(const replay::RerunPlan& plan,
                                std::string replay::RerunConnection::*member) {
  std::set<std::string> out;
  for (const auto& [number, connection] : plan.connections)
    if (connection.pid != 0) out.insert(connection.*member);
  return out;
}

void require_one(const replay::RerunPlan& plan, std::string replay::RerunConnection::*member,
                 const std::string& said, const std::string& what) {
  const auto all = values_of(plan, member);
  if (said.empty() || all.size() < 2) return;
  std::string names;
  for (const auto& name : all) names += (names.empty() ? "" : ", ") + name;
  throw Failure("the recording has sessions of several " + what + " (" + names +
                "): leave that out of --target, so that each is as it was");
}

// The same keywords twice over as libpq wants them.
PGconn* connect(const LoginWords& words) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : words) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(keys.data(), values.data(), 1);
}

}  // namespace

TargetServer::TargetServer(LoginWords server, const replay::RerunPlan& plan)
    : server_(std::move(server)) {
  require_one(plan, &replay::RerunConnection::user, word(server_, "user"), "users");
  require_one(plan, &replay::RerunConnection::database, word(server_, "dbname"), "databases");
  for (const auto& [number, connection] : plan.connections)
    if (first_.user.empty() && connection.pid != 0) {
      first_.user = connection.user;
      first_.database = connection.database;
      first_.parameters = {{"application_name", "ride re-run"}};
    }
}

LoginWords TargetServer::login(const replay::RerunConnection& connection) const {
  return login_words(server_, connection);
}

std::vector<LockWait> TargetServer::waits() {
  if (!std::exchange(tried_, true)) watcher_.reset(connect(login(first_)));
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(watcher_.get(), waits_sql),
                                                              PQclear);
  std::vector<LockWait> out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    LockWait wait{std::atoi(PQgetvalue(result.get(), row, 0)), {}, std::nullopt};
    std::istringstream blockers(PQgetvalue(result.get(), row, 1));
    for (int pid = 0; blockers >> pid;) wait.blockers.push_back(pid);
    out.push_back(std::move(wait));
  }
  return out;
}

EmptyCluster::EmptyCluster(const std::string& major, const std::string& home,
                           const replay::RerunPlan& plan)
    : server_([&] {
        sandbox::ServerOptions options;
        options.postgres = major;
        options.home = home;
        return options;
      }()),
      directory_(server_.make_directory(false)) {
  try {
    server_.launch_new(directory_, {Secret(sandbox::random_hex(16)), "max_connections = 200\n",
                                    "local all all trust\n"});
    fill(plan);
  } catch (...) {
    const auto remains = server_.remains();
    server_.stop(false);
    sandbox::clean_up(remains);
    throw;
  }
}

EmptyCluster::~EmptyCluster() {
  const auto remains = server_.remains();
  server_.stop(false);
  sandbox::clean_up(remains);
}

LoginWords EmptyCluster::words() const {
  return {{"host", directory_.socket().string()}, {"port", "5432"}};
}

void EmptyCluster::fill(const replay::RerunPlan& plan) const {
  auto words = this->words();
  words.insert(words.end(), {{"user", "postgres"}, {"dbname", "postgres"}});
  const auto until = std::chrono::steady_clock::now() + start_wait_max;
  std::unique_ptr<PGconn, void (*)(PGconn*)> session(connect(words), PQfinish);
  while (PQstatus(session.get()) != CONNECTION_OK) {
    if (std::chrono::steady_clock::now() >= until)
      throw Failure("the cluster for the re-run did not come up: " +
                    std::string(PQerrorMessage(session.get())));
    std::this_thread::sleep_for(start_poll_interval);
    session.reset(connect(words));
  }
  const auto run = [&](const std::string& sql) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(session.get(), sql.c_str()),
                                                                PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
      throw Failure("the cluster for the re-run: " + std::string(PQerrorMessage(session.get())));
  };
  for (const auto& user : values_of(plan, &replay::RerunConnection::user))
    if (user != "postgres")
      run("CREATE ROLE " + sandbox::quote_identifier(user) + " LOGIN SUPERUSER");
  for (const auto& database : values_of(plan, &replay::RerunConnection::database))
    if (database != "postgres" && database != "template1")
      run("CREATE DATABASE " + sandbox::quote_identifier(database));
}

}  // namespace ride::cli
