-- The right session, on a guess.
-- @expect 60
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bi_dashboard';
