-- The fact tables: what the events of one attempt say, in the words that rules use. docs/vocabulary.md
-- explains every column. Written by journal/facts alone; rules see TEMP views of the same names without
-- the prefix and without the columns `attempt` and `position`.
--
-- `position` counts a table's rows from 1 within an attempt and is the order of rows everywhere: in
-- views, in evidence and in the digest. `statement` is a statement's number n. Times are microseconds
-- since the Unix epoch. Words of fixed sets are written out.

CREATE TABLE IF NOT EXISTS fact_statements (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  n INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER, connection INTEGER NOT NULL,
  server TEXT NOT NULL, database TEXT, role TEXT, application TEXT, text TEXT,
  path TEXT NOT NULL,     -- simple | extended | function | copy
  tag TEXT, rows INTEGER,
  outcome TEXT NOT NULL,  -- committed | rolled back | failed | skipped | unknown
  sqlstate TEXT, error TEXT, tool INTEGER NOT NULL, transaction_before TEXT, transaction_after TEXT,
  request INTEGER NOT NULL, ordinal INTEGER NOT NULL, txid INTEGER NOT NULL,
  batch INTEGER NOT NULL, fetches INTEGER, acting_role TEXT,
  think_us INTEGER, queued_us INTEGER, server_us INTEGER, transfer_us INTEGER,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_saw (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, row INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  relation TEXT, "column" TEXT, value TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_reads (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, database TEXT, relation TEXT NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_writes (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, database TEXT, relation TEXT NOT NULL, action TEXT NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_calls (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, function TEXT NOT NULL, arguments TEXT NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_ddl (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER, database TEXT, action TEXT NOT NULL, object TEXT, "column" TEXT,
  outcome TEXT NOT NULL, tier TEXT NOT NULL,  -- wire | log
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_role_changes (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER, role TEXT, change TEXT NOT NULL, outcome TEXT NOT NULL,
  tier TEXT NOT NULL,  -- wire | log | catalog
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_settings (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER, name TEXT NOT NULL, value TEXT,
  scope TEXT NOT NULL,  -- session | local | database | role | system
  outcome TEXT NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_changes (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, database TEXT, object TEXT,
  kind TEXT NOT NULL,                   -- write | ddl | role | setting | termination
  choice INTEGER, alternative INTEGER,  -- as in fact_terminations
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_terminations (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, actor TEXT, server TEXT NOT NULL, victim_pid INTEGER, died TEXT,
  tier TEXT NOT NULL,  -- wire | log
  choice INTEGER,      -- NULL: certain. Else rows of one choice exclude each other:
  alternative INTEGER, -- exactly one alternative of every choice is true, counted from 0
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_termination_tries (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER NOT NULL, victim_pid INTEGER, actor TEXT, outcome TEXT NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_waits (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  statement INTEGER, waiter TEXT, blocker TEXT, blocker_statement INTEGER, lock TEXT, relation TEXT,
  seen INTEGER NOT NULL, acquired INTEGER, waiter_pid INTEGER, blocker_pid INTEGER,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_actors (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  actor TEXT NOT NULL, server TEXT NOT NULL, pid INTEGER, started INTEGER, application TEXT,
  role TEXT, database TEXT, ended INTEGER, sqlstate TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_connections (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  connection INTEGER NOT NULL, role TEXT, database TEXT, application TEXT, pid INTEGER,
  outcome TEXT,  -- ready | refused; NULL: neither was reached
  sqlstate TEXT, opened INTEGER, closed INTEGER, how TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_catalog (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  moment TEXT NOT NULL,  -- start | submit
  database TEXT, class TEXT NOT NULL, object TEXT NOT NULL, property TEXT NOT NULL, value TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_checks (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  id TEXT NOT NULL, moment TEXT, state TEXT, seen TEXT, message TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_workloads (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  actor TEXT NOT NULL, done INTEGER NOT NULL, asked INTEGER NOT NULL, sqlstate TEXT, message TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_probes (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  name TEXT NOT NULL, value TEXT, state TEXT, at INTEGER NOT NULL, at_n INTEGER NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_hints (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  number INTEGER NOT NULL, at_n INTEGER NOT NULL,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_logs (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  at_n INTEGER NOT NULL, lines INTEGER, text TEXT,
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fact_gaps (
  attempt INTEGER NOT NULL, position INTEGER NOT NULL,
  n INTEGER NOT NULL, reason TEXT,
  kind TEXT NOT NULL,  -- gap | hole | interruption
  PRIMARY KEY (attempt, position)) WITHOUT ROWID;
