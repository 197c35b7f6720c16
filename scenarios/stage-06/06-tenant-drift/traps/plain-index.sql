-- The index the quick way.
-- @springs stopped-writes
\d orders
\connect {{first}}
\d orders
\connect {{second}}
\d orders
\connect {{missed}}
\d orders
SELECT * FROM schema_migrations;
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX orders_external_id_key ON orders (external_id);
