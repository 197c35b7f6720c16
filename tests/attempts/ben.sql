-- Queues DDL, holds locks in transactions while the application works, and forgets to look at tenant_b.
-- @session alter
ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';
-- @wait waiting alter
-- @session oncall
SELECT pid, application_name, state, wait_event_type FROM pg_stat_activity WHERE datname = 'app_db';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration_runner%';
-- @wait done alter
BEGIN;
LOCK TABLE orders IN SHARE MODE;
SELECT pg_sleep(1.2);
UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;
COMMIT;
