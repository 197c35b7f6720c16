// What the events of one attempt say, as rows of the fact tables (schema.sql, docs/vocabulary.md).
// A pure function of the events: the same events and the same versions (versions()) give the same
// rows, byte for byte, on any machine. No clock, no file, no server is asked.
//
// What the events cannot tell stays NULL, `unknown` or an open choice. Nothing here throws for what
// a client or a server sent: what cannot be decoded is left out, and the statement stays.
//
// One thread, the Analyser's owner. Memory grows with the attempt: events and rows are held whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "journal/event.hpp"

namespace ride::sql {
class Analyser;
}

namespace ride::journal {
class Reader;
}

namespace ride::journal::facts {

// Counts up with every change of this folder that can change a row.
inline constexpr int code_version = 6;

using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;

// Members in the order of the table's columns; columns() hands them to store and tests alike.
struct StatementRow {
  std::int64_t n = 0, started = 0;
  Number ended;
  std::int64_t connection = 0;
  std::string server;
  Text database, role, application, text;
  std::string path;
  Text tag;
  Number rows;
  std::string outcome;
  Text sqlstate, error;
  std::int64_t tool = 0;
  Text transaction_before, transaction_after;
  std::int64_t request = 0, ordinal = 0, txid = 0;
  std::int64_t batch = 0;
  Number fetches;
  Text acting_role;
  Number think_us, queued_us, server_us, transfer_us;
  auto columns() const {
    return std::tie(n, started, ended, connection, server, database, role, application, text, path,
                    tag, rows, outcome, sqlstate, error, tool, transaction_before,
                    transaction_after, request, ordinal, txid, batch, fetches, acting_role,
                    think_us, queued_us, server_us, transfer_us);
  }
};

struct SawRow {
  std::int64_t statement = 0, row = 0, ordinal = 0;
  Text relation, column, value;
  auto columns() const { return std::tie(statement, row, ordinal, relation, column, value); }
};

struct ReadRow {
  std::int64_t statement = 0;
  Text database;
  std::string relation;
  auto columns() const { return std::tie(statement, database, relation); }
};

struct WriteRow {
  std::int64_t statement = 0;
  Text database;
  std::string relation, action;
  auto columns() const { return std::tie(statement, database, relation, action); }
};

struct CallRow {
  std::int64_t statement = 0;
  std::string function, arguments;
  auto columns() const { return std::tie(statement, function, arguments); }
};

struct DdlRow {
  Number statement;
  Text database;
  std::string action;
  Text object, column;
  std::string outcome, tier;
  auto columns() const {
    return std::tie(statement, database, action, object, column, outcome, tier);
  }
};

struct RoleChangeRow {
  Number statement;
  Text role;
  std::string change, outcome, tier;
  auto columns() const { return std::tie(statement, role, change, outcome, tier); }
};

struct SettingRow {
  Number statement;
  std::string name;
  Text value;
  std::string scope, outcome;
  auto columns() const { return std::tie(statement, name, value, scope, outcome); }
};

struct ChangeRow {
  std::int64_t statement = 0;
  Text database, object;
  std::string kind;
  Number choice, alternative;
  auto columns() const { return std::tie(statement, database, object, kind, choice, alternative); }
};

struct TerminationRow {
  std::int64_t statement = 0;
  Text actor;
  std::string server;
  Number victim_pid;
  Text died;
  std::string tier;
  Number choice, alternative;
  auto columns() const {
    return std::tie(statement, actor, server, victim_pid, died, tier, choice, alternative);
  }
};

struct TerminationTryRow {
  std::int64_t statement = 0;
  Number victim_pid;
  Text actor;
  std::string outcome;
  auto columns() const { return std::tie(statement, victim_pid, actor, outcome); }
};

struct WaitRow {
  Number statement;
  Text waiter, blocker;
  Number blocker_statement;
  Text lock, relation;
  std::int64_t seen = 0;
  Number acquired, waiter_pid, blocker_pid;
  auto columns() const {
    return std::tie(statement, waiter, blocker, blocker_statement, lock, relation, seen, acquired,
                    waiter_pid, blocker_pid);
  }
};

struct ActorRow {
  std::string actor, server;
  Number pid, started;
  Text application, role, database;
  Number ended;
  Text sqlstate;
  auto columns() const {
    return std::tie(actor, server, pid, started, application, role, database, ended, sqlstate);
  }
};

struct ConnectionRow {
  std::int64_t connection = 0;
  Text role, database, application;
  Number pid;
  Text outcome, sqlstate;
  Number opened, closed;
  Text how;
  auto columns() const {
    return std::tie(connection, role, database, application, pid, outcome, sqlstate, opened, closed,
                    how);
  }
};

struct CatalogRow {
  std::string moment;
  Text database;
  std::string object_class, object, property;
  Text value;
  auto columns() const { return std::tie(moment, database, object_class, object, property, value); }
};

struct CheckRow {
  std::string id;
  Text moment, state, seen, message;
  auto columns() const { return std::tie(id, moment, state, seen, message); }
};

struct WorkloadRow {
  std::string actor;
  std::int64_t done = 0, asked = 0;
  Text sqlstate, message;
  auto columns() const { return std::tie(actor, done, asked, sqlstate, message); }
};

struct ProbeRow {
  std::string name;
  Text value, state;
  std::int64_t at = 0, at_n = 0;
  auto columns() const { return std::tie(name, value, state, at, at_n); }
};

struct HintRow {
  std::int64_t number = 0, at_n = 0;
  auto columns() const { return std::tie(number, at_n); }
};

struct LogRow {
  std::int64_t at_n = 0;
  Number lines;
  Text text;
  auto columns() const { return std::tie(at_n, lines, text); }
};

struct GapRow {
  std::int64_t n = 0;
  Text reason;
  std::string kind;
  auto columns() const { return std::tie(n, reason, kind); }
};

struct Facts {
  std::vector<StatementRow> statements;
  std::vector<SawRow> saw;
  std::vector<ReadRow> reads;
  std::vector<WriteRow> writes;
  std::vector<CallRow> calls;
  std::vector<DdlRow> ddl;
  std::vector<RoleChangeRow> role_changes;
  std::vector<SettingRow> settings;
  std::vector<ChangeRow> changes;
  std::vector<TerminationRow> terminations;
  std::vector<TerminationTryRow> termination_tries;
  std::vector<WaitRow> waits;
  std::vector<ActorRow> actors;
  std::vector<ConnectionRow> connections;
  std::vector<CatalogRow> catalog;
  std::vector<CheckRow> checks;
  std::vector<WorkloadRow> workloads;
  std::vector<ProbeRow> probes;
  std::vector<HintRow> hints;
  std::vector<LogRow> logs;
  std::vector<GapRow> gaps;
};

// `events`: those of one attempt, by ascending seq. What counts ends at the last fence between
// submit_began and submit_ended, so that deriving right before submit_ended is written and deriving
// ever after give the same; without a submit all events count, so that outcomes can be asked of any
// file. Of a record too long to hold, StatementStream (stream.hpp) tells the same statements.
Facts derive(const std::vector<Event>& events, sql::Analyser& analyser);
Facts derive(Reader& reader, std::uint32_t attempt, sql::Analyser& analyser);

// For submit_ended: {"facts":6,"libpg_query":"17-6.1.0"}, canonical JSON.
std::string versions();

}  // namespace ride::journal::facts
