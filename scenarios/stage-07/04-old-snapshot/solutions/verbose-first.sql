-- VACUUM says what it cannot remove; then who is in the way.
VACUUM (VERBOSE) jobs;
SELECT relname, n_dead_tup FROM pg_stat_all_tables WHERE relname = 'jobs';
SELECT pid, application_name, state, now() - xact_start AS open_for, backend_xmin FROM pg_stat_activity
WHERE datname = 'work_db' AND xact_start IS NOT NULL ORDER BY xact_start;
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'quarter_export' AND datname = 'work_db';
VACUUM (ANALYZE) jobs;
