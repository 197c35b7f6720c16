-- Ended on a guess, without one look at who waits for whom.
-- @expect 60
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{held}}';
