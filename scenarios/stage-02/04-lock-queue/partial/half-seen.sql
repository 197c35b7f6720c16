-- Only the session at the head was looked for; how the others wait was not seen.
-- @expect 86
SELECT a.pid, a.application_name FROM pg_stat_activity a
WHERE a.application_name = '{{head}}' AND a.pid IN (SELECT unnest(pg_blocking_pids(w.pid)) FROM pg_stat_activity w);
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{head}}';
