-- The loudest front, and no other.
-- @expect 70
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS waits_for FROM pg_stat_activity WHERE datname = 'shop_db';
SELECT column_name, column_default, is_nullable FROM information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position;
SELECT slot_name, slot_type, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS behind FROM pg_replication_slots ORDER BY 1;
\connect ops_db
SELECT * FROM hosts ORDER BY host;
\connect billing_db
SELECT has_schema_privilege('billing_app', 'finance', 'USAGE') AS usage, has_table_privilege('billing_app', 'finance.receipts', 'INSERT') AS insert;
\connect shop_db
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'release_2026_06';
