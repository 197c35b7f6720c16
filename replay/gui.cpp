#include "replay/gui.hpp"

#include <algorithm>
#include <array>

namespace ride::replay {
namespace {

// As they begin: "pgAdmin 4 - DB:app", "DBeaver 24.1.0 - Metadata".
constexpr std::array<std::string_view, 8> guis{"pgAdmin",   "DBeaver",  "DataGrip",
                                               "TablePlus", "HeidiSQL", "Beekeeper Studio",
                                               "Navicat",   "Postico"};

bool is_activity(std::string_view name) {
  return name == "pg_locks" || name.starts_with("pg_stat_") || name.starts_with("pg_statio_");
}

bool is_catalog(const sql::Name& relation) {
  if (relation.schema == "information_schema") return true;
  const bool named = relation.schema == "pg_catalog" ||
                     (relation.schema.empty() && relation.name.starts_with("pg_"));
  return named && !is_activity(relation.name);
}

bool acts(const sql::Name& function) {
  return function.name == "pg_terminate_backend" || function.name == "pg_cancel_backend" ||
         function.name == "set_config";
}

}  // namespace

bool is_gui(std::string_view application) {
  return std::any_of(guis.begin(), guis.end(),
                     [&](std::string_view gui) { return application.starts_with(gui); });
}

bool reads_catalogs_only(const sql::Analysis& statement) {
  return statement.command == "select" && !statement.opaque && !statement.reads.empty() &&
         statement.writes.empty() &&
         std::all_of(statement.reads.begin(), statement.reads.end(),
                     [](const sql::Relation& relation) { return is_catalog(relation.name); }) &&
         std::none_of(statement.calls.begin(), statement.calls.end(),
                      [](const sql::Call& call) { return acts(call.name); });
}

}  // namespace ride::replay
