-- A view with the column in it.
-- @springs view-instead
\d orders
\connect {{first}}
\d orders
\connect {{second}}
\d orders
\connect {{missed}}
\d orders
SELECT * FROM schema_migrations;
CREATE VIEW orders_export AS SELECT *, NULL::text AS external_id FROM orders;
DROP VIEW orders_export;
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
