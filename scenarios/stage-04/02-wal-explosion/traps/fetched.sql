-- A look at what is in the slot, by fetching it.
-- @springs changes-consumed
SELECT count(*), pg_size_pretty(sum(size)) AS size, min(modification) AS oldest FROM pg_ls_waldir();
SELECT slot_name, slot_type, active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS behind
FROM pg_replication_slots ORDER BY restart_lsn;
\connect ops_db
SELECT * FROM hosts ORDER BY host;
\connect shop_db
SET ROLE replicator;
SELECT count(*) FROM pg_logical_slot_get_binary_changes('search_fra3', NULL, NULL, 'proto_version', '1', 'publication_names', 'search');
RESET ROLE;
SET ROLE replicator;
SELECT pg_drop_replication_slot('standby_fra2');
RESET ROLE;
CHECKPOINT;
