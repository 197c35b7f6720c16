-- Nobody needs those.
-- @springs reader-cut-off
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS waits_for FROM pg_stat_activity WHERE datname = 'shop_db';
SELECT column_name, column_default, is_nullable FROM information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position;
SELECT slot_name, slot_type, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS behind FROM pg_replication_slots ORDER BY 1;
\connect ops_db
SELECT * FROM hosts ORDER BY host;
\connect billing_db
SELECT has_schema_privilege('billing_app', 'finance', 'USAGE') AS usage, has_table_privilege('billing_app', 'finance.receipts', 'INSERT') AS insert;
\connect shop_db
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'release_2026_06';
UPDATE orders SET channel = 'unknown' WHERE channel IS NULL;
ALTER TABLE orders ALTER COLUMN channel SET DEFAULT 'unknown';
SET ROLE replicator;
DO $$ BEGIN FOR i IN 1..200 LOOP
  BEGIN PERFORM pg_drop_replication_slot('search_fra3'); RETURN;
  EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.02); END;
END LOOP; END $$;
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
RESET ROLE;
CHECKPOINT;
\connect billing_db
SET ROLE billing_owner;
GRANT USAGE ON SCHEMA finance TO billing_app;
GRANT INSERT ON finance.receipts TO billing_app;
