-- The worker writes the dead rows, so it goes.
-- @springs worker-ended
SELECT relname, n_live_tup, n_dead_tup, last_vacuum FROM pg_stat_user_tables ORDER BY relname;
SELECT pid, datname, application_name, state, xact_start, backend_xmin, age(backend_xmin) FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL ORDER BY age(backend_xmin) DESC;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'worker';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quarter_export';
-- @wait ended quarter_export
VACUUM jobs;
