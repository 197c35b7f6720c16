// A scenario folder, read and checked: what to boot, what to break, who keeps working in it, and
// (as scorer::Rules) how the attempt is graded. scenario.yaml is the only file read here beside the
// seeds; docs/scenario-format.md lists its keys.
//
// Plain values. Whatever is wrong with the folder throws ScenarioError, whose text is one line that
// begins with the place: `scenarios/x/scenario.yaml:14: unknown key "injct"; did you mean
// "inject"?`
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sandbox/parameters.hpp"
#include "scorer/rules.hpp"

namespace ride::sandbox {

class ScenarioError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ScenarioLimits {
  std::size_t yaml_bytes_max = 512U << 10U;
  std::size_t seed_bytes_max = 16U << 20U;  // all seed files of a scenario together
  int actors_max = 32;
  int actor_sessions_max = 200;    // of all actors together
  int workload_sessions_max = 50;  // of one actor
  int operation_statements_max = 50;
  int databases_max = 16;
  int servers_max = 2;  // beside the main one
  int workload_operations_max = 10'000;
  int within_ms_max = 60'000;
  std::size_t parameters_max = 32;  // names that something is drawn for
  std::size_t choices_max = 64;     // of one list
};

struct Role {
  std::string name;
  bool login = false;
  bool replication = false;   // may make, read and drop replication slots
  int connection_limit = -1;  // -1: none
  std::vector<std::string> member_of;
};

struct SeedFile {
  std::string path;  // as written, relative to the scenario
  std::string sql;
};

struct DatabaseSpec {
  std::string name;
  std::string owner;
  std::vector<SeedFile> seed;
};

enum class ServerKind { standby };

// A server beside the main one, which has no name.
struct ServerSpec {
  std::string name;
  ServerKind kind = ServerKind::standby;
  std::map<std::string, std::string> settings;  // over the main server's
};

struct Environment {
  int postgres_min = 15;
  int postgres_max = 18;
  bool local = true;
  bool docker = true;
  std::map<std::string, std::string> settings;
  std::vector<ServerSpec> servers;
  std::vector<Role> roles;
  std::vector<DatabaseSpec> databases;
  std::vector<std::string> extensions;  // created in every database, beside pg_stat_statements
  // How many transaction ids the cluster can still give out when the fault begins, before the
  // server refuses to give out more; 0: as many as a fresh one.
  std::uint32_t transaction_ids_left = 0;
};

struct Learner {
  std::string database;  // the one the connection string names
  std::vector<std::string> member_of;
  std::vector<std::string>
      grants;  // GRANT statements, run as superuser; "database: GRANT …" for one
};

// The values that $1 takes, one after the other, and around again.
struct ValueRange {
  long long from = 1;
  long long to = 1;
};

// The pause between two tries: `first_ms`, then twice as long each time, up to `max_ms`.
struct Backoff {
  int first_ms = 0;
  int max_ms = 0;
};

// One piece of an application's work. A statement with $1 is given the operation's value, the
// others are sent without parameters.
struct Operation {
  std::vector<std::string> statements;
  bool transaction = false;  // between BEGIN and COMMIT, else each for itself
  std::string per_row;  // "": nothing; else sent for each row that the last statement returned,
                        // with the row's first value as $1
  std::optional<ValueRange> values;
};

// Whether an operation that failed is tried again.
struct Retry {
  std::vector<std::string> errors{"40P01", "40001"};  // undone in somebody else's favour
  int times = 0;                                      // 0: without end
  Backoff backoff;
};

struct ActorLoop {
  int every_ms = 100;  // pause of each session between two operations
  int per_second = 0;  // instead: operations of all sessions together; 0: none given
  int times = 0;       // of all sessions together; 0: without end
  Operation operation;
  Retry retry;
};

struct ActorWorkload {
  int operations = 0;
  int within_ms = 0;
  int sessions = 1;  // open at the same time
  Operation operation;
};

enum class OnKilled { stay_dead, reconnect };

struct ActorSpec {
  std::string name;
  std::string application_name;
  std::string role;
  std::string server;  // "": the main one; so below
  std::string database;
  int sessions = 1;
  OnKilled on_killed = OnKilled::stay_dead;
  Backoff reconnect{50, 2'000};  // after a connection that was refused or could not be made
  std::vector<std::string> run;
  std::optional<ActorLoop> loop;
  std::optional<ActorWorkload> workload;
};

// Either `sql` (with database and role) or `start` (an actor's name).
struct FaultStep {
  std::string sql;
  std::string database;
  std::string role;  // empty: the database's owner
  std::string start;
  std::string fails;  // the SQLSTATE with which it must fail; empty: it must not
};

// What must be so before the learner is let in. Runs as ride_check.
struct Confirmation {
  std::string id;
  std::string title;
  std::string server;
  std::string database;
  std::string sql;     // one value
  std::string expect;  // as text; null counts as ""
  int within_ms = 5'000;
};

// A symptom that `ride postgres status` shows. Runs as ride_check.
struct Probe {
  std::string id;
  std::string title;
  std::string server;
  std::string database;
  std::string sql;
  std::string healthy;
};

struct Scenario {
  std::filesystem::path directory;
  std::vector<std::string> paths;  // learning paths it belongs to
  std::vector<Parameter> parameters;
  scorer::Values values;  // drawn; everything below has them in place of {{names}}
  Environment environment;
  Learner learner;
  std::vector<ActorSpec> actors;
  std::vector<FaultStep> fault;
  std::vector<Confirmation> confirm;
  std::vector<Probe> probes;
  scorer::Rules rules;  // identity, brief, detect, fix, traps, hints, postmortem, checklist
  scorer::Rules rules_as_written;  // with {{names}}: what a file carries, the same for all drawings
  // Where a fix check is asked, by its id; not here: at the main server. No matter of grading.
  std::map<std::string, std::string> check_servers;

  const ActorSpec& actor(const std::string& name) const;  // asserts that there is one
};

// With the values of this drawing. Recorded ones that lack a parameter of the scenario are refused.
Scenario load_scenario(const std::filesystem::path& directory, const Drawing& drawing = {},
                       const ScenarioLimits& limits = {});

// The ids of all folders under `root` that have a scenario.yaml ("stage-12/02-release-fallout"),
// sorted. Reads no file.
std::vector<std::string> find_scenarios(const std::filesystem::path& root);

// The id of `known` that is nearest to `id`, or "" where none is near.
std::string nearest_id(const std::string& id, const std::vector<std::string>& known);

}  // namespace ride::sandbox
