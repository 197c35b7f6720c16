-- Right by luck: nobody asked whether the host comes back.
-- @expect 86
SELECT sum(size) FROM pg_ls_waldir();
SELECT * FROM pg_replication_slots;
SET ROLE replicator;
SELECT pg_drop_replication_slot('standby_fra2');
RESET ROLE;
CHECKPOINT;
