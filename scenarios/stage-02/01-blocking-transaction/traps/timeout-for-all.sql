-- A limit for every session: the payment fails faster, and the row stays locked.
-- @springs timeout-for-all
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
ALTER DATABASE shop_db SET lock_timeout = '1s';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{held}}';
