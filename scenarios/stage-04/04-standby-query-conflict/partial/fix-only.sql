-- The right setting, without a look.
-- @expect 60
-- @session standby standby
ALTER SYSTEM SET hot_standby_feedback = on;
SELECT pg_reload_conf();
