-- Whoever replicates is ended.
-- @springs session-ended
SELECT count(*), pg_size_pretty(sum(size)) AS size, min(modification) AS oldest FROM pg_ls_waldir();
SELECT slot_name, slot_type, active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS behind
FROM pg_replication_slots ORDER BY restart_lsn;
\connect ops_db
SELECT * FROM hosts ORDER BY host;
\connect shop_db
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'search_indexer';
SET ROLE replicator;
SELECT pg_drop_replication_slot('standby_fra2');
RESET ROLE;
CHECKPOINT;
