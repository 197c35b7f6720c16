-- An index, because an UPDATE is slow.
-- @springs new-index
SELECT pid, application_name, state, wait_event_type, wait_event, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{head}}';
CREATE INDEX products_stock ON products (stock);
