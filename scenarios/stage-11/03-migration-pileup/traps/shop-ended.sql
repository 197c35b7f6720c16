-- Those who wait are sent away.
-- @springs shop-ended
SELECT pid, application_name, state, wait_event_type, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity WHERE datname = 'shop_db' ORDER BY pid;
SELECT column_name, is_nullable, column_default FROM information_schema.columns WHERE table_name = 'orders';
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop_app' AND wait_event_type = 'Lock';
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'release_74';
ALTER TABLE public.orders ALTER COLUMN channel SET DEFAULT 'web';
UPDATE public.orders SET channel = 'web' WHERE channel IS NULL;
