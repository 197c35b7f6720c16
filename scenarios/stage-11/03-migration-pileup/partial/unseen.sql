-- Done right, and nothing looked at.
-- @expect 60
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'release_74';
ALTER TABLE public.orders ALTER COLUMN channel SET DEFAULT 'web';
UPDATE public.orders SET channel = 'web' WHERE channel IS NULL;
