-- The record is to say what is, before it is so.
-- @springs record-removed
\d orders
\connect {{first}}
\d orders
\connect {{second}}
\d orders
\connect {{missed}}
\d orders
SELECT * FROM schema_migrations;
DELETE FROM schema_migrations WHERE version = '202606{{day}}_external_id';
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
INSERT INTO schema_migrations VALUES ('202606{{day}}_external_id');
