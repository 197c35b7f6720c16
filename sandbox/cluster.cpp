#include "sandbox/cluster.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <stdexcept>
#include <thread>
#include <vector>

#include "journal/sha256.hpp"
#include "sandbox/bootstrap.hpp"
#include "sandbox/files.hpp"
#include "sandbox/scram.hpp"
#include "sandbox/server_settings.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds ready_limit{30'000};
constexpr milliseconds ended_interval{250};  // to ask a container whether it runs is not cheap
constexpr milliseconds copy_limit{60'000};
constexpr std::size_t templates_max = 8;
constexpr const char* partly_built = "building-";

std::string hex(const journal::Digest& digest) {
  std::string out;
  for (const auto byte : digest) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

std::string template_name(Server& server, const Scenario& scenario) {
  std::string all = "ride template 1\n" + std::string(server.mode()) + "\n" + server.version() +
                    "\n" + server.build_identity() + "\n";
  const auto identity = server.identity();
  all += std::to_string(identity ? identity->uid : geteuid()) + "\n";
  all += bootstrap_fingerprint(scenario);
  return hex(journal::sha256(all)).substr(0, 32);
}

// Templates are some 60 MB each: the oldest go. Whoever copies one right now keeps its open files,
// at worst their start fails and the next one builds anew.
void drop_old_templates(const fs::path& cache) noexcept {
  try {
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    for (const auto& entry : fs::directory_iterator(cache)) {
      if (!entry.is_directory()) continue;  // what is known of an image
      const auto age = fs::file_time_type::clock::now() - entry.last_write_time();
      const bool partly = entry.path().filename().string().starts_with(partly_built);
      if (partly && age > std::chrono::hours(1)) fs::remove_all(entry.path());
      if (!partly) found.emplace_back(entry.last_write_time(), entry.path());
    }
    std::sort(found.rbegin(), found.rend());
    for (std::size_t i = templates_max; i < found.size(); ++i) fs::remove_all(found[i].second);
  } catch (const fs::filesystem_error&) {
    return;  // housekeeping: the next start tries again
  }
}

void make_cache(const fs::path& cache) {
  std::error_code error;
  fs::create_directories(cache, error);
  if (error)
    throw std::system_error(
        error, "cannot make the template folder " + cache.string() + " (is RIDE_HOME writable?)");
  fs::permissions(cache, fs::perms::owner_all, error);
}

void say(const Progress& progress, const std::string& line) {
  if (progress) progress(line);
}

// Under a temporary name, then renamed, so that a template is whole or not there.
void publish(const fs::path& data, const fs::path& place, const Secret& password) {
  drop_old_templates(place.parent_path());
  const auto building = place.parent_path() / (partly_built + random_hex(8));
  fs::create_directory(building);
  copy_tree(data, building / "data", copy_limit);
  write_private_file(building / "superuser", password.reveal(), std::nullopt);
  std::error_code taken;
  fs::rename(building, place, taken);
  if (taken) fs::remove_all(building);  // somebody else was quicker with the same template
}

// Nobody waits for the outcome: where the cache cannot be written, the next start seeds again.
void publish_later(const fs::path& pristine, const fs::path& place,
                   const Secret& password) noexcept {
  try {
    publish(pristine, place, password);
  } catch (const std::exception&) {
  }
}

}  // namespace

std::string pinned_options() {
  return "-c search_path=pg_catalog -c role=none -c row_security=off -c statement_timeout=10s "
         "-c lock_timeout=2s -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 "
         "-c default_transaction_read_only=on -c default_transaction_isolation=read\\ committed "
         "-c standard_conforming_strings=on -c transform_null_equals=off "
         "-c quote_all_identifiers=off -c client_min_messages=warning "
         "-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c bytea_output=hex "
         "-c extra_float_digits=1";
}

bool has_standby(const Scenario& scenario) {
  const auto& servers = scenario.environment.servers;
  return std::any_of(servers.begin(), servers.end(),
                     [](const ServerSpec& server) { return server.kind == ServerKind::standby; });
}

std::string authentication(const Scenario& scenario) {
  return host_based_authentication(learner_role_name, has_standby(scenario) ? standby_role : "");
}

Cluster Cluster::boot(Choice choice, const Scenario& scenario, const fs::path& cache,
                      const Progress& progress, std::vector<Standby> standbys) {
  Cluster cluster;
  cluster.choice_ = std::move(choice);
  cluster.standbys_ = std::move(standbys);
  if (cluster.server().keeps_templates())
    cluster.start_from_template(scenario, cache, progress);
  else
    cluster.start_seeded(scenario, progress);
  cluster.draw_passwords(scenario);
  cluster.start_standbys(progress);
  return cluster;
}

void Cluster::start_from_template(const Scenario& scenario, const fs::path& cache,
                                  const Progress& progress) {
  make_cache(cache);
  const auto place = cache / template_name(server(), scenario);
  template_reused_ = fs::exists(place / "superuser");
  if (!template_reused_) {
    say(progress, "preparing a template of the cluster (once per scenario and PostgreSQL version)");
    return make_template(scenario, place, progress);
  }
  fs::last_write_time(place, fs::file_time_type::clock::now());
  passwords_[superuser_role] = Secret(read_file(place / "superuser", 256));
  directory_ = server().make_directory(false);
  start(place / "data", progress);
}

void Cluster::start(const fs::path& data_template, const Progress& progress) {
  say(progress, "starting PostgreSQL " + server().version());
  for (auto& standby : standbys_)
    standby.copy(data_template.empty() ? directory_.data() : data_template);
  server().launch(directory_, data_template);
  wait_until_ready();
}

void Cluster::start_standbys(const Progress& progress) {
  for (auto& standby : standbys_) {
    say(progress, "starting " + standby.name());
    superuser_session("postgres")
        .demand("SELECT pg_catalog.pg_create_physical_replication_slot(" +
                    quote_literal(standby.name()) + ", true)",
                "make the slot of " + standby.name());
    standby.start(endpoint(), standby_role, passwords_.at(standby_role));
    wait_until_ready(standby.name());
  }
}

Cluster::~Cluster() {
  if (ending_.valid()) ending_.wait();
  stop();
}

void Cluster::stop_in_background() noexcept {
  if (!choice_.server || stopped_ || ending_.valid()) return;
  try {
    if (server().keeps_templates()) ending_ = std::async(std::launch::async, [this] { stop(); });
  } catch (const std::exception&) {  // no thread to be had
  }
  if (!ending_.valid()) stop();
}

void Cluster::stop() noexcept {
  if (!choice_.server || stopped_) return;
  stopped_ = true;
  if (publishing_.valid()) publishing_.wait();
  if (workshop_) clean_up(*workshop_);
  for (auto& standby : standbys_) standby.stop();
  choice_.server->stop(false);
  Remains remains = choice_.server->remains();
  remains.private_directory = directory_.root.string();
  clean_up(remains);
}

void Cluster::start_seeded(const Scenario& scenario, const Progress& progress) {
  const bool for_template = server().keeps_templates();
  directory_ = server().make_directory(for_template);
  const Secret password(random_hex(24));
  passwords_[superuser_role] = password;
  server().launch_new(directory_, {password, configuration(scenario.environment.settings),
                                   authentication(scenario)});
  wait_until_ready();
  say(progress, "seeding");
  bootstrap(scenario, [this](const std::string& database) {
    Login access = login(superuser_role, database);
    access.options = "-c client_min_messages=warning -c lock_timeout=10s";
    return Session::open(access);
  });
}

// The attempt does not wait until the template is in the cache, which may be on a slow disk: it
// begins on the data as they were seeded, or on a copy of them, and has the password they were made
// with, for by then the template in the cache may be somebody else's.
void Cluster::make_template(const Scenario& scenario, const fs::path& place,
                            const Progress& progress) {
  start_seeded(scenario, progress);
  server().stop(true);
  if (const auto left = scenario.environment.transaction_ids_left; left > 0) {
    say(progress, "advancing its transaction ids");
    server().advance_transaction_ids(directory_, left);
  }
  const auto password = passwords_.at(superuser_role);
  if (server().runs_in_place()) {
    const auto pristine = directory_.root / "pristine";
    copy_tree(directory_.data(), pristine, copy_limit);
    publishing_ = std::async(std::launch::async, [pristine, place, password] {
      publish_later(pristine, place, password);
      std::error_code ignored;
      fs::remove_all(pristine, ignored);
    });
    // What was logged while seeding is no part of the attempt.
    for (const auto& entry : fs::directory_iterator(directory_.log())) fs::remove(entry.path());
    return start({}, progress);
  }
  workshop_ = server().remains();
  const auto data = directory_.data();
  directory_ = server().make_directory(false);
  start(data, progress);
  publishing_ = std::async(std::launch::async, [data, place, password, workshop = *workshop_] {
    publish_later(data, place, password);
    clean_up(workshop);
  });
}

const Standby& Cluster::standby(const std::string& name) const {
  const auto found = std::find_if(standbys_.begin(), standbys_.end(),
                                  [&](const Standby& one) { return one.name() == name; });
  assert(found != standbys_.end());
  return *found;
}

Endpoint Cluster::endpoint(const std::string& server) const {
  if (!server.empty()) return standby(server).endpoint();
  return {directory_.socket().string(), 5432};
}

void Cluster::wait_until_ready(const std::string& name) const {
  const auto until = SteadyClock::now() + ready_limit;
  auto next_look = SteadyClock::now() + ended_interval;
  while (true) {
    try {
      Login access = login(superuser_role, "postgres", name);
      access.limit = milliseconds(2'000);
      Session::open(access);
      return;
    } catch (const SessionError& error) {
      if (SteadyClock::now() >= next_look) {
        const auto end = name.empty() ? server().ended() : standby(name).ended();
        if (end) throw std::runtime_error(*end);
        next_look = SteadyClock::now() + ended_interval;
      }
      if (SteadyClock::now() > until)
        throw std::runtime_error((name.empty() ? "the server" : name) +
                                 " does not get ready: " + error.what());
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
}

// Every start has passwords of its own, the template's superuser included. What reaches the server,
// and thus could reach its log, are verifiers made on this side.
void Cluster::draw_passwords(const Scenario& scenario) {
  std::vector<std::string> roles{superuser_role, check_role};
  if (!standbys_.empty()) roles.emplace_back(standby_role);
  for (const auto& role : scenario.environment.roles) {
    if (role.login) roles.push_back(role.name);
  }
  Login access = login(superuser_role, "postgres");
  Session session = Session::open(access);
  std::string sql;
  for (const auto& role : roles) {
    const Secret password(random_hex(24));
    sql += "ALTER ROLE " + quote_identifier(role) + " PASSWORD " +
           quote_literal(scram_verifier(password, random_hex(8))) + ";";
    passwords_[role] = password;
  }
  session.demand(sql, "set the passwords of this start");
}

Login Cluster::login(const std::string& role, const std::string& database,
                     const std::string& server) const {
  const auto found = passwords_.find(role);
  assert(found != passwords_.end());
  return {endpoint(server),     role,          found->second, database, own_application, "",
          milliseconds(10'000), own_sessions_, server};
}

Session Cluster::superuser_session(const std::string& database, const std::string& server) const {
  Login access = login(superuser_role, database, server);
  access.options = pinned_options();
  return Session::open(access);
}

}  // namespace ride::sandbox
