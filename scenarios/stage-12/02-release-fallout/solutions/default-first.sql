-- The same outcome by other means: pg_locks for the blocker, NULLs listed, the default set before the
-- backfill, and the session ended by its number.
SELECT l.pid, a.application_name, l.mode, l.granted
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.relation = 'public.orders'::regclass
ORDER BY l.granted DESC, l.pid;

SELECT application_name, state, wait_event_type FROM pg_stat_activity WHERE application_name <> '';

SELECT id, status, release_id FROM orders ORDER BY id DESC LIMIT 5;

\connect tenant_c
\d orders
\connect tenant_b
\d orders
\connect tenant_a
\d orders

\connect app_db
SELECT format('SELECT pg_terminate_backend(%s)', pid)
FROM pg_stat_activity WHERE application_name LIKE 'migration\_runner\_%' \gexec

ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';
UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;

\connect tenant_b
BEGIN;
INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');
ALTER TABLE orders ADD COLUMN release_id text;
COMMIT;
