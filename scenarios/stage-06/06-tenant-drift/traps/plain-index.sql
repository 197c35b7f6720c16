-- The index the quick way.
-- @springs stopped-writes
\d orders
\connect tenant_b
\d orders
\connect tenant_d
\d orders
\connect tenant_c
\d orders
SELECT * FROM schema_migrations;
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX orders_external_id_key ON orders (external_id);
