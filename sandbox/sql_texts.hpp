// The SQL files of sandbox/sql as constants of the program; the build writes their text.
#pragma once

namespace ride::sandbox {

extern const char* const roles_sql;
extern const char* const event_triggers_sql;
extern const char* const snapshot_database_sql;
extern const char* const snapshot_cluster_sql;

}  // namespace ride::sandbox
