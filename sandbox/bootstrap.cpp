#include "sandbox/bootstrap.hpp"

#include "sandbox/cluster.hpp"
#include "sandbox/server_settings.hpp"
#include "sandbox/sql_texts.hpp"

namespace ride::sandbox {
namespace {

constexpr std::chrono::milliseconds seed_limit{120'000};
constexpr std::chrono::milliseconds look_interval{200};
constexpr long long cluster_mebibytes_max = 512;  // all databases together, while a seed runs

// The seeded tables alone: the catalogs of every database would cost most of a template's making.
constexpr const char* analyze_seeded =
    "DO $ride$ DECLARE t regclass; BEGIN FOR t IN SELECT c.oid::regclass FROM pg_catalog.pg_class "
    "c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') "
    "AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_' "
    "LOOP EXECUTE 'ANALYZE ' || t; END LOOP; END $ride$";

std::string role_sql(const Scenario& scenario) {
  std::string out;
  if (has_standby(scenario))
    out += "CREATE ROLE " + quote_identifier(standby_role) + " LOGIN REPLICATION;\n";
  for (const auto& role : scenario.environment.roles) {
    out += "CREATE ROLE " + quote_identifier(role.name) + (role.login ? " LOGIN" : " NOLOGIN") +
           (role.replication ? " REPLICATION" : "");
    if (role.connection_limit >= 0)
      out += " CONNECTION LIMIT " + std::to_string(role.connection_limit);
    out += ";\n";
  }
  for (const auto& role : scenario.environment.roles) {
    for (const auto& group : role.member_of)
      out += "GRANT " + quote_identifier(group) + " TO " + quote_identifier(role.name) + ";\n";
  }
  for (const auto& group : scenario.learner.member_of)
    out +=
        "GRANT " + quote_identifier(group) + " TO " + quote_identifier(learner_role_name) + ";\n";
  return out;
}

// What every database has, those the scenario does not name included. template1 first, so that a
// database made later has it too.
std::string common_sql() {
  return std::string(event_triggers_sql) + "\nCREATE EXTENSION pg_stat_statements;\n";
}

// Copying files writes no WAL, which every start would have to copy along.
std::string database_sql(const DatabaseSpec& database) {
  return "CREATE DATABASE " + quote_identifier(database.name) + " OWNER " +
         quote_identifier(database.owner) + " STRATEGY file_copy";
}

std::string extension_sql(const Scenario& scenario) {
  std::string out;
  for (const auto& extension : scenario.environment.extensions)
    out += "CREATE EXTENSION IF NOT EXISTS " + quote_identifier(extension) + ";\n";
  return out;
}

// "app_db: GRANT …" runs there, "GRANT …" in every database of the scenario.
std::string grants_for(const Scenario& scenario, const std::string& database) {
  std::string out;
  for (const auto& grant : scenario.learner.grants) {
    const auto colon = grant.find(": GRANT ");
    if (colon == std::string::npos)
      out += grant + ";\n";
    else if (grant.substr(0, colon) == database)
      out += grant.substr(colon + 2) + ";\n";
  }
  return out;
}

long long mebibytes(Session& watcher) {
  return std::stoll(watcher
                        .demand("SELECT sum(pg_catalog.pg_database_size(oid))::bigint >> 20 FROM "
                                "pg_catalog.pg_database",
                                "measure the databases")
                        .value());
}

// A few lines of SQL can fill a disk: it is watched while it runs.
void run_seed(Session& session, Session& watcher, const std::string& sql, const std::string& what) {
  const auto until = std::chrono::steady_clock::now() + seed_limit;
  if (!session.send(sql, {})) throw SessionError(what + ": the connection is lost", session.loss());
  while (!session.wait(look_interval)) {
    const bool large = mebibytes(watcher) > cluster_mebibytes_max;
    if (!large && std::chrono::steady_clock::now() < until) continue;
    session.cancel();
    throw std::runtime_error(what + ": a seed must stay below " +
                             (large
                                  ? std::to_string(cluster_mebibytes_max) + " MiB in all databases"
                                  : std::to_string(seed_limit.count() / 1000) + " s"));
  }
  const Answer answer = session.take();
  if (!answer.ok()) throw SessionError(what + ": " + to_string(*answer.failure), *answer.failure);
}

void seed(Session& session, Session& watcher, const DatabaseSpec& database,
          const Scenario& scenario) {
  session.demand("SET ROLE " + quote_identifier(database.owner), "become " + database.owner);
  for (const auto& file : database.seed)
    run_seed(session, watcher, file.sql,
             (scenario.directory / file.path).string() + " in " + database.name);
  session.demand("RESET ROLE", "become the superuser again");
  if (const auto grants = grants_for(scenario, database.name); !grants.empty())
    session.demand(grants, "learner.grants in " + database.name);
}

// Every row of every database that vacuum can freeze, so that what is old afterwards is what
// something holds back. template0 lets nobody in otherwise.
void freeze_all(Session& main, const OpenSuperuser& open) {
  const std::string allow = "ALTER DATABASE template0 ALLOW_CONNECTIONS ";
  main.demand(allow + "true", "open template0");
  const auto databases =
      main.demand("SELECT datname FROM pg_catalog.pg_database ORDER BY 1", "list the databases");
  for (const auto& row : databases.rows) {
    Session session = open(row.at(0).value());
    session.demand("VACUUM (FREEZE)", "freeze " + row.at(0).value());
  }
  main.demand(allow + "false", "close template0");
}

}  // namespace

void bootstrap(const Scenario& scenario, const OpenSuperuser& open) {
  {
    Session session = open("template1");
    session.demand(roles_sql, "make ride's roles");
    session.demand(common_sql(),
                   "make event triggers and pg_stat_statements (is the package "
                   "postgresql-contrib installed?)");
    if (const auto roles = role_sql(scenario); !roles.empty())
      session.demand(roles, "make the scenario's roles");
  }
  Session main = open("postgres");
  main.demand(common_sql(), "make event triggers in database postgres");
  for (const auto& database : scenario.environment.databases)
    main.demand(database_sql(database), "make database " + database.name);
  for (const auto& database : scenario.environment.databases) {
    Session session = open(database.name);
    if (const auto extensions = extension_sql(scenario); !extensions.empty())
      session.demand(extensions, "make the scenario's extensions in " + database.name);
    seed(session, main, database, scenario);
    session.demand(analyze_seeded, "analyze " + database.name);
  }
  if (scenario.environment.transaction_ids_left > 0) freeze_all(main, open);
  main.demand("SELECT public.pg_stat_statements_reset()", "reset pg_stat_statements");
  main.demand("SELECT pg_catalog.pg_stat_reset()", "reset statistics");
}

std::string bootstrap_fingerprint(const Scenario& scenario) {
  std::string out = std::string(roles_sql) + common_sql() + role_sql(scenario) +
                    extension_sql(scenario) + configuration(scenario.environment.settings) +
                    authentication(scenario) +
                    std::to_string(scenario.environment.transaction_ids_left) + "\n";
  for (const auto& database : scenario.environment.databases) {
    out += database_sql(database) + ";\n" + grants_for(scenario, database.name);
    for (const auto& file : database.seed) out += "-- " + file.path + "\n" + file.sql + "\n";
  }
  return out;
}

}  // namespace ride::sandbox
