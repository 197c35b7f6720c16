-- The table is to be locked until it is quiet.
-- @springs table-locked
SELECT pid, application_name, state, wait_event_type, wait_event, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SET lock_timeout = '600ms';
BEGIN;
LOCK TABLE products IN ACCESS EXCLUSIVE MODE;
ROLLBACK;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{head}}';
