// From servers and a scenario to a running, seeded cluster and its standbys: template made or
// reused where the server keeps templates, passwords drawn. Knows nothing of the incident.
#pragma once

#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/server.hpp"
#include "sandbox/session.hpp"
#include "sandbox/standby.hpp"

namespace ride::sandbox {

inline constexpr const char* superuser_role = "postgres";
inline constexpr const char* learner_role_name = "oncall";
inline constexpr const char* check_role = "ride_check";
inline constexpr const char* standby_role = "ride_standby";  // where there is one
inline constexpr const char* own_application = "ride";

// Startup options of ride's own sessions: no setting that the learner can give a database or role
// reaches them.
std::string pinned_options();

bool has_standby(const Scenario& scenario);
std::string authentication(const Scenario& scenario);  // the whole pg_hba.conf

// A running cluster and the keys to it. Destroying it ends the server and removes its directory.
class Cluster {
 public:
  // `cache` is where templates are kept; made where it is missing. The template's name hashes all
  // that went into it, so that a changed seed makes a new one. `standbys` are started behind it.
  static Cluster boot(Choice choice, const Scenario& scenario, const std::filesystem::path& cache,
                      const Progress& progress, std::vector<Standby> standbys = {});
  Cluster(Cluster&&) = default;
  Cluster& operator=(Cluster&&) = delete;
  ~Cluster();

  // For a role of the scenario or one of ride's own; the learner's has no password. `server`: a
  // name of the scenario's, "" is the main one; so below.
  Login login(const std::string& role, const std::string& database,
              const std::string& server = "") const;
  // ride's own superuser session: pg_catalog and fences, nothing else.
  Session superuser_session(const std::string& database, const std::string& server = "") const;

  Endpoint endpoint(const std::string& server = "") const;
  const PrivateDirectory& directory() const { return directory_; }
  Server& server() const { return *choice_.server; }
  const std::vector<Standby>& standbys() const { return standbys_; }
  const std::string& why() const { return choice_.why; }
  bool template_reused() const { return template_reused_; }
  // Returns once sessions can be opened, also after a crash that the server is recovering from.
  // Throws where it ended, or does not get ready in half a minute.
  void wait_until_ready(const std::string& server = "") const;
  // From here on every login() is of a session that is noted there; what booted the cluster is not.
  void note_sessions_in(OwnSessions& own) { own_sessions_ = &own; }
  void stop() noexcept;
  // As stop(), but returns at once; the destructor waits. The next server can start meanwhile, so
  // one that has no place beside it is waited for here.
  void stop_in_background() noexcept;

 private:
  Cluster() = default;
  // Ends with the server running on a seeded cluster: the first from a template, made where it is
  // missing; the second by seeding.
  void start_from_template(const Scenario& scenario, const std::filesystem::path& cache,
                           const Progress& progress);
  void start(const std::filesystem::path& data_template, const Progress& progress);
  void start_seeded(const Scenario& scenario, const Progress& progress);
  void make_template(const Scenario& scenario, const std::filesystem::path& place,
                     const Progress& progress);
  void draw_passwords(const Scenario& scenario);
  void start_standbys(const Progress& progress);
  const Standby& standby(const std::string& name) const;

  Choice choice_;
  std::vector<Standby> standbys_;
  PrivateDirectory directory_;
  std::optional<Remains> workshop_;  // where a template was made that is not in the cache yet
  std::map<std::string, Secret> passwords_;
  OwnSessions* own_sessions_ = nullptr;
  bool template_reused_ = false;
  bool stopped_ = false;
  std::future<void> publishing_;  // the template, into the cache
  std::future<void> ending_;
};

}  // namespace ride::sandbox
