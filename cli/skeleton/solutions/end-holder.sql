-- Look who holds the lock, end that session alone.
SELECT pid, application_name, state, pg_blocking_pids(pid) AS blocked_by FROM pg_stat_activity
WHERE datname = 'app_db' ORDER BY pid;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nightly_report';
