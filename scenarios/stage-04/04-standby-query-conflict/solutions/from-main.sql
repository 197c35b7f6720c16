-- From the main server: who is connected, and what the standby has told it of its snapshots.
-- @session main
SELECT application_name, state, replay_lag, backend_xmin FROM pg_stat_replication;
SELECT pid, application_name, state, query FROM pg_stat_activity WHERE datname = 'shop_db';
-- @wait done main
-- @session standby standby
SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn();
SELECT datname, conflicts FROM pg_stat_database WHERE datname = current_database();
SHOW hot_standby_feedback;
SHOW max_standby_streaming_delay;
ALTER SYSTEM SET hot_standby_feedback = 'on';
SELECT pg_reload_conf();
