#include "sandbox/fingerprint.hpp"

#include <sstream>
#include <stdexcept>

#include "sandbox/check.hpp"

namespace ride::sandbox {
namespace {

constexpr const char* tables_sql =
    "SELECT string_agg(format('%I.%I', n.nspname, c.relname), E'\\n' ORDER BY 1) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') "
    "AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

std::string ask(const Cluster& cluster, const std::string& database, const std::string& sql) {
  const Reading reading = read_value(cluster, database, sql);
  if (!reading.readable)
    throw std::runtime_error("cannot read what was seeded in " + database + ": " + reading.message);
  return reading.value;
}

}  // namespace

std::string content_fingerprint(const Cluster& cluster, const Scenario& scenario) {
  std::string out;
  for (const auto& database : scenario.environment.databases) {
    std::istringstream tables(ask(cluster, database.name, tables_sql));
    for (std::string table; std::getline(tables, table);)
      out += database.name + "." + table + " " +
             ask(cluster, database.name,
                 "SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY "
                 "md5(t::text))), '') FROM " +
                     table + " t") +
             "\n";
  }
  return out;
}

}  // namespace ride::sandbox
