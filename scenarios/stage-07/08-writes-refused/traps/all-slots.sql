-- Every slot goes.
-- @springs reader-cut-off
SELECT datname, age(datfrozenxid) FROM pg_database ORDER BY 2 DESC;
SELECT pid, application_name, age(backend_xmin), state FROM pg_stat_activity WHERE backend_xmin IS NOT NULL ORDER BY 3 DESC;
SELECT gid, age(transaction) FROM pg_prepared_xacts;
SELECT slot_name, database, active, age(xmin) AS xmin, age(catalog_xmin) AS catalog_xmin FROM pg_replication_slots ORDER BY 1;
\connect feeds_db
SELECT * FROM feeds ORDER BY feed;
\connect shop_db
SET ROLE feeds_owner;
DO $$ BEGIN FOR i IN 1..200 LOOP
  BEGIN PERFORM pg_drop_replication_slot('search'); RETURN;
  EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.02); END;
END LOOP; END $$;
SELECT slot_name, pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
RESET ROLE;
