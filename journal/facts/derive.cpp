#include <utility>

#include "journal/facts/acting_role.hpp"
#include "journal/facts/attribution.hpp"
#include "journal/facts/backends.hpp"
#include "journal/facts/bypasses.hpp"
#include "journal/facts/ddl_log.hpp"
#include "journal/facts/effects.hpp"
#include "journal/facts/facts.hpp"
#include "journal/facts/record.hpp"
#include "journal/facts/relations.hpp"
#include "journal/facts/saw.hpp"
#include "journal/facts/times.hpp"
#include "journal/facts/transactions.hpp"
#include "journal/facts/waits.hpp"
#include "journal/reader.hpp"

namespace ride::journal::facts {

Facts derive(const std::vector<Event>& events, sql::Analyser& analyser) {
  const auto timeline = make_timeline(events);
  auto replayed = replay(timeline, analyser);
  const auto statements = number(replayed);
  settle_transactions(replayed, timeline);
  settle_times(replayed, timeline);
  settle_roles(replayed);
  const Relations relations(timeline.snapshots);
  const Backends backends(timeline, statements);

  Facts out;
  for (const auto* stmt : statements) {
    out.statements.push_back(stmt->row);
    auto saw = saw_rows(*stmt, relations);
    std::move(saw.begin(), saw.end(), std::back_inserter(out.saw));
    add_effects(*stmt, relations, out);
  }
  add_logged_ddl(timeline, backends, relations, out);
  out.catalog = catalog_rows(timeline.snapshots);
  auto changed = catalog_role_changes(out.catalog, out.role_changes);
  std::move(changed.begin(), changed.end(), std::back_inserter(out.role_changes));
  add_records(timeline, backends, out);
  add_bypasses(timeline, out);
  add_terminations(timeline, statements, backends, analyser, out);
  add_waits(timeline, backends, relations, out);
  add_changes(statements, out);
  return out;
}

Facts derive(Reader& reader, std::uint32_t attempt, sql::Analyser& analyser) {
  return derive(reader.all({.attempt = attempt, .kinds = {}}), analyser);
}

std::string versions() {
  return R"({"facts":)" + std::to_string(code_version) + R"(,"libpg_query":")" +
         RIDE_PG_QUERY_VERSION + "\"}";
}

}  // namespace ride::journal::facts
