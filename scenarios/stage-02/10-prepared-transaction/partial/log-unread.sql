-- Right, without having read what was agreed on.
-- @expect 88
SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE application_name = 'till';
SELECT * FROM pg_prepared_xacts;
SET ROLE coordinator;
COMMIT PREPARED 'transfer-88112';
