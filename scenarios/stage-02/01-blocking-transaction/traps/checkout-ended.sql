-- The customer's connection is cut first.
-- @springs checkout-ended
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'checkout';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{held}}';
