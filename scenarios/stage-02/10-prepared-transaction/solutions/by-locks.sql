-- By the locks that have no pid.
SELECT locktype, relation::regclass, transactionid, pid, mode, granted FROM pg_locks
WHERE relation = 'accounts'::regclass OR locktype = 'transactionid' ORDER BY granted, locktype;
SELECT transaction, gid, owner FROM pg_prepared_xacts;
SELECT said FROM coordinator_log WHERE transfer IN (SELECT gid FROM pg_prepared_xacts);
SET ROLE coordinator;
COMMIT PREPARED 'transfer-88112';
RESET ROLE;
SELECT balance_cents FROM accounts WHERE id = 7;
