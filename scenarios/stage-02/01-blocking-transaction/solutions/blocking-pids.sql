-- Who waits, for whom, and then that one session.
SELECT pid, usename, application_name, state, wait_event_type, wait_event, pg_blocking_pids(pid) AS blocked_by,
       left(query, 60) AS query
FROM pg_stat_activity WHERE datname = 'shop_db' AND pid <> pg_backend_pid() ORDER BY pid;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{held}}';
SELECT id, status FROM orders WHERE id = {{order}};
