-- The idle session's statement is cancelled; it has none, and nothing happens.
-- @expect 60
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = '{{held}}';
