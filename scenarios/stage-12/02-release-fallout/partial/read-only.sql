-- Everything is looked at and nothing is changed: Detect and Trap, and nothing of Fix.
-- @expect 60
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
