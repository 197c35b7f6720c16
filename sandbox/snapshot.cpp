#include "sandbox/snapshot.hpp"

#include <set>

#include "base/json.hpp"
#include "sandbox/sql_texts.hpp"

namespace ride::sandbox {
namespace {

std::string unreadable(const std::string& why) {
  return boost::json::serialize(boost::json::object{{"unreadable", why}});
}

std::string photograph(const Cluster& cluster, const std::string& database, const char* sql) {
  try {
    Session session = cluster.superuser_session(database);
    return session.demand(sql, "snapshot of " + database).value();
  } catch (const SessionError& error) {
    return unreadable(error.what());
  }
}

}  // namespace

void record_snapshot(const std::string& moment, const Scenario& scenario, const Cluster& cluster,
                     Control& control, Recorder& recorder) {
  std::set<std::string> names;
  for (const auto& database : scenario.environment.databases) names.insert(database.name);
  try {
    for (auto& name : control.databases()) names.insert(std::move(name));
  } catch (const SessionError&) {
    // the cluster's own photograph below says why
  }
  recorder.snapshot(moment, "", photograph(cluster, "postgres", snapshot_cluster_sql));
  for (const auto& name : names)
    recorder.snapshot(moment, name, photograph(cluster, name, snapshot_database_sql));
}

}  // namespace ride::sandbox
