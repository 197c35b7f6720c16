-- The record is to say what is, before it is so.
-- @springs record-removed
\d orders
\connect tenant_b
\d orders
\connect tenant_d
\d orders
\connect tenant_c
\d orders
SELECT * FROM schema_migrations;
DELETE FROM schema_migrations WHERE version = '20260601_external_id';
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
INSERT INTO schema_migrations VALUES ('20260601_external_id');
