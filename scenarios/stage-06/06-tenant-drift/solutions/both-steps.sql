-- All four compared, one repaired, both steps.
\d orders
\connect {{first}}
\d orders
\connect {{second}}
\d orders
\connect {{missed}}
\d orders
SELECT * FROM schema_migrations;
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
\d orders
