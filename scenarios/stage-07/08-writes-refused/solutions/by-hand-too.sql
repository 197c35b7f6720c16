-- By the oldest tables; one's own databases are vacuumed by hand.
UPDATE orders SET touched = touched WHERE id = 1;
SELECT oid::regclass, age(relfrozenxid) FROM pg_class WHERE relkind = 'r' ORDER BY 2 DESC LIMIT 5;
SELECT slot_name, slot_type, active, catalog_xmin FROM pg_replication_slots;
\connect feeds_db
SELECT feed, state FROM feeds WHERE feed IN ('warehouse', 'search');
SET ROLE feeds_owner;
SELECT pg_drop_replication_slot('warehouse');
RESET ROLE;
\connect shop_db
VACUUM (FREEZE) orders;
SET ROLE app_owner;
VACUUM (FREEZE);
RESET ROLE;
ALTER SYSTEM SET autovacuum_naptime = '1s';
SELECT pg_reload_conf();
DO $$ BEGIN FOR i IN 1..250 LOOP
  EXIT WHEN (SELECT max(age(datfrozenxid)) FROM pg_database) < 1000000;
  PERFORM pg_sleep(0.1);
END LOOP; END $$;
ALTER SYSTEM RESET autovacuum_naptime;
SELECT pg_reload_conf();
UPDATE orders SET touched = touched WHERE id = 1;
