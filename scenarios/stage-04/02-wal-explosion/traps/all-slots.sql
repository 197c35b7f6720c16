-- Everything that is not active goes.
-- @springs reader-cut-off
SELECT count(*), pg_size_pretty(sum(size)) AS size, min(modification) AS oldest FROM pg_ls_waldir();
SELECT slot_name, slot_type, active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS behind
FROM pg_replication_slots ORDER BY restart_lsn;
\connect ops_db
SELECT * FROM hosts ORDER BY host;
\connect shop_db
SET ROLE replicator;
DO $$ BEGIN FOR i IN 1..200 LOOP
  BEGIN PERFORM pg_drop_replication_slot('search_fra3'); RETURN;
  EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.02); END;
END LOOP; END $$;
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
RESET ROLE;
CHECKPOINT;
