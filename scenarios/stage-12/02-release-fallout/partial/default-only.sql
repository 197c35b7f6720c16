-- New orders are served, the old ones are not.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';
ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';
\connect tenant_b
ALTER TABLE orders ADD COLUMN release_id text;
INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');
