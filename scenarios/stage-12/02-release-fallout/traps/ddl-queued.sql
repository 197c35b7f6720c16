-- ALTER TABLE waits behind the migration's lock, and every reader waits behind ALTER TABLE.
-- @springs ddl-queued
-- @session alter
ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';
-- @wait waiting alter
-- @session oncall
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';
-- @wait done alter
UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;
\connect tenant_b
ALTER TABLE orders ADD COLUMN release_id text;
INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');
