-- By the locks themselves: who waits for which transaction, and who has it.
SELECT w.pid AS waits, w.locktype, w.transactionid, h.pid AS holds, a.application_name, a.state
FROM pg_locks w
JOIN pg_locks h ON h.locktype = 'transactionid' AND h.transactionid = w.transactionid AND h.granted
JOIN pg_stat_activity a ON a.pid = h.pid
WHERE NOT w.granted;
SELECT pid, application_name, wait_event_type FROM pg_stat_activity WHERE application_name = 'checkout';
SELECT pg_terminate_backend(h.pid) FROM pg_locks w
JOIN pg_locks h ON h.locktype = 'transactionid' AND h.transactionid = w.transactionid AND h.granted
WHERE NOT w.granted AND w.locktype = 'transactionid';
