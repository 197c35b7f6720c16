-- The blind rollback, in words that do not say it.
-- @springs column-dropped
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';
DO $$ BEGIN EXECUTE 'ALTER TABLE orders DR' || 'OP COL' || 'UMN release' || '_id'; END $$;
\connect tenant_b
ALTER TABLE orders ADD COLUMN release_id text;
INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');
