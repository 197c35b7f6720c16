-- The wrong role tries; refused.
-- @expect 60
SELECT pid, application_name, wait_event_type, pg_blocking_pids(pid) AS blocked_by FROM pg_stat_activity WHERE datname = 'bank_db';
SELECT gid, prepared, owner, database FROM pg_prepared_xacts ORDER BY gid;
SELECT * FROM coordinator_log ORDER BY line;
COMMIT PREPARED 'transfer-88112';
