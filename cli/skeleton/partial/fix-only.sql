-- The right session ended without one look: Fix and Trap, and nothing of Detect.
-- @expect 60
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nightly_report';
