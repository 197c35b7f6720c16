-- Right, and not waited for.
-- @expect 80
SELECT count(*), pg_size_pretty(sum(size)) AS size, min(modification) AS oldest FROM pg_ls_waldir();
SELECT slot_name, slot_type, active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS behind
FROM pg_replication_slots ORDER BY restart_lsn;
\connect ops_db
SELECT * FROM hosts ORDER BY host;
\connect shop_db
SET ROLE replicator;
SELECT pg_drop_replication_slot('standby_fra2');
