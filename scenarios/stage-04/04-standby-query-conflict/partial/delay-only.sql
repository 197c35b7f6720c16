-- The report comes through, and replay waits for it.
-- @expect 74
-- @session standby standby
SELECT datname, confl_snapshot, confl_lock, confl_bufferpin FROM pg_stat_database_conflicts WHERE datname = 'shop_db';
SELECT pid, application_name, state, now() - query_start AS since FROM pg_stat_activity WHERE datname = 'shop_db' AND usename <> 'oncall';
SELECT name, setting, unit FROM pg_settings WHERE name IN ('hot_standby_feedback', 'max_standby_streaming_delay');
-- @wait done standby
-- @session main
SELECT relname, n_dead_tup, vacuum_count, last_vacuum FROM pg_stat_user_tables ORDER BY vacuum_count DESC;
-- @wait done main
-- @session standby
ALTER SYSTEM SET max_standby_streaming_delay = '-1';
SELECT pg_reload_conf();
