-- The thorough way.
-- @springs vacuum-full
SELECT datname, age(datfrozenxid) FROM pg_database ORDER BY 2 DESC;
SELECT pid, application_name, age(backend_xmin), state FROM pg_stat_activity WHERE backend_xmin IS NOT NULL ORDER BY 3 DESC;
SELECT gid, age(transaction) FROM pg_prepared_xacts;
SELECT slot_name, database, active, age(xmin) AS xmin, age(catalog_xmin) AS catalog_xmin FROM pg_replication_slots ORDER BY 1;
\connect feeds_db
SELECT * FROM feeds ORDER BY feed;
\connect shop_db
SET ROLE feeds_owner;
SELECT pg_drop_replication_slot('warehouse');
RESET ROLE;
SET ROLE app_owner;
VACUUM FULL orders;
