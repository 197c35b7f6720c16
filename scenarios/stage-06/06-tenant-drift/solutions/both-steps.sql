-- All four compared, one repaired, both steps.
\d orders
\connect tenant_b
\d orders
\connect tenant_d
\d orders
\connect tenant_c
\d orders
SELECT * FROM schema_migrations;
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
\d orders
