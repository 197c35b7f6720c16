-- By the locks on the table; the migration is left to complete by itself.
SELECT l.pid, a.application_name, a.state, l.mode, l.granted
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.relation = 'orders'::regclass ORDER BY l.granted DESC, l.pid;
SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.relation = 'orders'::regclass AND l.granted AND a.state = 'idle in transaction';
