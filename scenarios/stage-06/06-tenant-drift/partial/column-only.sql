-- The column alone.
-- @expect 73
\d orders
\connect tenant_b
\d orders
\connect tenant_d
\d orders
\connect tenant_c
\d orders
SELECT * FROM schema_migrations;
ALTER TABLE orders ADD COLUMN external_id text;
