-- By locks and columns; the default before the rows.
SELECT pid, locktype, mode, granted FROM pg_locks WHERE relation = 'orders'::regclass ORDER BY granted DESC;
SELECT count(*), count(channel) FROM orders;
SELECT pg_blocking_pids(pid), application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'release_2026_06';
ALTER TABLE orders ALTER COLUMN channel SET DEFAULT 'unknown';
UPDATE orders SET channel = 'unknown' WHERE channel IS NULL;
SELECT * FROM pg_replication_slots;
\connect ops_db
SELECT host, state FROM hosts;
\connect billing_db
SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'finance';
SET ROLE billing_owner;
GRANT USAGE ON SCHEMA finance TO billing_app;
GRANT SELECT, INSERT ON finance.receipts TO billing_app;
\connect shop_db
SET ROLE replicator;
SELECT pg_drop_replication_slot('standby_fra2');
RESET ROLE;
CHECKPOINT;
