-- The table is put aside and made anew.
-- @springs column-elsewhere
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bi_dashboard';
BEGIN;
ALTER TABLE orders RENAME TO orders_old;
ROLLBACK;
DROP TABLE orders;
