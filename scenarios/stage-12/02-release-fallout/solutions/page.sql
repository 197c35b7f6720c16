-- The triage first: who holds what, what the release left behind, and how far it got.
SELECT pid, usename, application_name, state, wait_event_type, wait_event, left(query, 60) AS query
FROM pg_stat_activity
WHERE datname = 'app_db' AND pid <> pg_backend_pid()
ORDER BY pid;

SELECT pid, application_name, pg_blocking_pids(pid) AS blocked_by
FROM pg_stat_activity
WHERE cardinality(pg_blocking_pids(pid)) > 0;

SELECT column_name, data_type, is_nullable, column_default
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = 'orders'
ORDER BY ordinal_position;

SELECT count(*) AS orders, count(release_id) AS with_release FROM orders;

\connect tenant_a
SELECT version FROM schema_migrations ORDER BY version;
\connect tenant_b
SELECT version FROM schema_migrations ORDER BY version;
\d orders
\connect tenant_c
SELECT version FROM schema_migrations ORDER BY version;

-- Stabilise: the migration's session and nobody else.
\connect app_db
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';

-- Recover forwards.
UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;
ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';

-- Finish the rollout where it was skipped.
\connect tenant_b
ALTER TABLE orders ADD COLUMN release_id text;
INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');
