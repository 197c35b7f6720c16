-- An index on what the payment looks for, which has one.
-- @springs new-index
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{held}}';
CREATE INDEX orders_id_status ON orders (id, status);
