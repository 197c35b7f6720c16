-- The transfer booked by hand.
-- @springs by-hand
SELECT pid, application_name, wait_event_type, pg_blocking_pids(pid) AS blocked_by FROM pg_stat_activity WHERE datname = 'bank_db';
SELECT gid, prepared, owner, database FROM pg_prepared_xacts ORDER BY gid;
SELECT * FROM coordinator_log ORDER BY line;
SET lock_timeout = '300ms';
UPDATE accounts SET balance_cents = balance_cents + 25000 WHERE id = 7;
SET ROLE coordinator;
COMMIT PREPARED 'transfer-88112';
