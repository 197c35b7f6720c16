-- The root by one query: blocks somebody, waits for nobody.
WITH w AS (SELECT pid, unnest(pg_blocking_pids(pid)) AS blocker FROM pg_stat_activity)
SELECT DISTINCT a.pid, a.application_name, a.state FROM w JOIN pg_stat_activity a ON a.pid = w.blocker
WHERE cardinality(pg_blocking_pids(w.blocker)) = 0;
SELECT pid, locktype, mode, granted FROM pg_locks WHERE locktype IN ('tuple', 'transactionid') ORDER BY pid;
-- By name: to ask for the root again while ending sessions would name the next one, too.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{head}}';
