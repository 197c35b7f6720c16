#include "sandbox/check.hpp"

namespace ride::sandbox {
namespace {

constexpr std::chrono::milliseconds answer_limit{15'000};
constexpr std::size_t seen_bytes_max = 4'096;

// The relation as the catalog has it, asked of a session that calls no code but the catalog's.
std::string trouble_with(Session& session, const std::string& table) {
  const auto dot = table.find('.');
  const auto schema = dot == std::string::npos ? "public" : table.substr(0, dot);
  const auto name = dot == std::string::npos ? table : table.substr(dot + 1);
  const Answer answer = session.query(
      "SELECT c.relkind, EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid) "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relname = $2",
      answer_limit, {schema, name});
  if (!answer.ok()) return to_string(*answer.failure);
  if (answer.rows.empty()) return table + " does not exist";
  const auto kind = answer.rows[0][0].value_or("");
  if (kind != "r" && kind != "p") return table + " is no longer a table";
  if (answer.rows[0][1].value_or("t") == "t") return table + " has rewrite rules";
  return "";
}

void run_check(const Cluster& cluster, const scorer::FixCheck& check, const std::string& server,
               const std::string& moment, Recorder& recorder) {
  CheckEvent event{check.id, moment, "fail", "", ""};
  const std::string trouble = trouble_with_tables(cluster, check.database, check.tables, server);
  if (!trouble.empty()) {
    event.message = trouble;
    return recorder.check(event);
  }
  if (check.sql.empty()) {
    event.state = "pass";
    return recorder.check(event);
  }
  const Reading reading = read_value(cluster, check.database, check.sql, server);
  const std::string seen = reading.value.substr(0, seen_bytes_max);
  event.seen = seen;
  event.message = reading.message;
  if (!reading.readable)
    event.state = "unreadable";
  else if (reading.value == check.expect)
    event.state = "pass";
  recorder.check(event);
}

}  // namespace

Reading read_value(const Cluster& cluster, const std::string& database, const std::string& sql,
                   const std::string& server) {
  try {
    Login login = cluster.login(check_role, database, server);
    login.options = pinned_options();
    Session session = Session::open(login);
    const Answer answer = session.query(sql, answer_limit);
    if (!answer.ok()) return {false, "", to_string(*answer.failure)};
    if (answer.rows.size() > 1)
      return {false, "", "returned " + std::to_string(answer.rows.size()) + " rows, not one value"};
    return {true, answer.value(), ""};
  } catch (const SessionError& error) {
    return {false, "", error.what()};
  }
}

std::string trouble_with_tables(const Cluster& cluster, const std::string& database,
                                const std::vector<std::string>& tables, const std::string& server) {
  if (tables.empty()) return "";
  try {
    Session session = cluster.superuser_session(database, server);
    for (const auto& table : tables) {
      if (auto trouble = trouble_with(session, table); !trouble.empty()) return trouble;
    }
    return "";
  } catch (const SessionError& error) {
    return error.what();
  }
}

void run_checks(const Cluster& cluster, const Scenario& scenario, const std::string& moment,
                Recorder& recorder) {
  for (const auto& check : scenario.rules.fix) {
    if (check.sql.empty() && check.tables.empty()) continue;
    const auto elsewhere = scenario.check_servers.find(check.id);
    run_check(cluster, check, elsewhere == scenario.check_servers.end() ? "" : elsewhere->second,
              moment, recorder);
  }
}

}  // namespace ride::sandbox
