-- The head is ended on a guess.
-- @expect 60
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{{head}}';
