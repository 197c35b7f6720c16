// The fact tables in storage: `fact_NAME(attempt, position, columns…)`, one row a fact, in the
// order of `position` within an attempt. schema.sql is the whole truth about their columns and
// docs/vocabulary.md about their meaning. Here: the tables by name, so that whoever makes views,
// dumps or hashes them need not repeat the list.
//
// For views: leave out `attempt` and `position`, and of terminations and changes also `choice` and
// `alternative`. Rows of those two whose `choice` is NULL are certain. Every other row belongs to a
// choice; in truth exactly one alternative of each choice happened, and an alternative may have
// several rows. An assignment therefore takes one alternative for every distinct `choice` of the
// attempt; the number of assignments is the product of the choices' alternatives. Choices count
// from 1, alternatives from 0, and both tables number them alike.
#pragma once

#include <array>
#include <string_view>

namespace ride::journal::facts {

struct Table {
  std::string_view name;  // with the prefix: "fact_saw"
  std::string_view
      columns;  // after attempt and position, separated by ", ", quoted where SQL needs it
  bool assigned = false;  // the last two columns are choice and alternative
};

// In the order of the digest.
inline constexpr std::array<Table, 21> tables{{
    {"fact_statements",
     "n, started, ended, connection, server, database, role, application, text, path, tag, rows, "
     "outcome, sqlstate, error, tool, transaction_before, transaction_after, request, ordinal, "
     "txid, batch, fetches, acting_role, think_us, queued_us, server_us, transfer_us"},
    {"fact_saw", "statement, row, ordinal, relation, \"column\", value"},
    {"fact_reads", "statement, database, relation"},
    {"fact_writes", "statement, database, relation, action"},
    {"fact_calls", "statement, function, arguments"},
    {"fact_ddl", "statement, database, action, object, \"column\", outcome, tier"},
    {"fact_role_changes", "statement, role, change, outcome, tier"},
    {"fact_settings", "statement, name, value, scope, outcome"},
    {"fact_changes", "statement, database, object, kind, choice, alternative", true},
    {"fact_terminations", "statement, actor, server, victim_pid, died, tier, choice, alternative",
     true},
    {"fact_termination_tries", "statement, victim_pid, actor, outcome"},
    {"fact_waits",
     "statement, waiter, blocker, blocker_statement, lock, relation, seen, acquired, waiter_pid, "
     "blocker_pid"},
    {"fact_actors", "actor, server, pid, started, application, role, database, ended, sqlstate"},
    {"fact_connections",
     "connection, role, database, application, pid, outcome, sqlstate, opened, closed, how"},
    {"fact_catalog", "moment, database, class, object, property, value"},
    {"fact_checks", "id, moment, state, seen, message"},
    {"fact_workloads", "actor, done, asked, sqlstate, message"},
    {"fact_probes", "name, value, state, at, at_n"},
    {"fact_hints", "number, at_n"},
    {"fact_logs", "at_n, lines, text"},
    {"fact_gaps", "n, reason, kind"},
}};

// The text of schema.sql: CREATE TABLE IF NOT EXISTS for each of them.
std::string_view schema_sql();

}  // namespace ride::journal::facts
