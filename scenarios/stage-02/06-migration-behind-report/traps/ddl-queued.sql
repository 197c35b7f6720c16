-- The same step once more, by hand, behind the same report.
-- @springs ddl-queued
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SET lock_timeout = '600ms';
ALTER TABLE orders ADD COLUMN IF NOT EXISTS channel text;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bi_dashboard';
