-- The oldest position, and who it belongs to.
SELECT name, size, modification FROM pg_ls_waldir() ORDER BY name LIMIT 3;
SELECT pg_current_wal_lsn(), * FROM pg_replication_slots;
\connect ops_db
SELECT host, state FROM hosts WHERE host IN ('fra2', 'fra3');
SET ROLE replicator;
SELECT slot_name, pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE '%fra2';
RESET ROLE;
CHECKPOINT;
SELECT sum(size) FROM pg_ls_waldir();
