-- The chain by the locks, and both halves of the step in one transaction.
SELECT l.pid, a.application_name, l.relation::regclass, l.mode, l.granted FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'relation' AND l.relation::regclass::text IN ('orders', 'order_items') ORDER BY l.pid;
SELECT count(*) FILTER (WHERE channel IS NULL) AS without_channel, count(*) FROM public.orders;
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'release_74';
BEGIN;
ALTER TABLE public.orders ALTER COLUMN channel SET DEFAULT 'web';
UPDATE public.orders SET channel = 'web' WHERE channel IS NULL;
COMMIT;
