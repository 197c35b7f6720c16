-- The column alone.
-- @expect 73
\d orders
\connect {{first}}
\d orders
\connect {{second}}
\d orders
\connect {{missed}}
\d orders
SELECT * FROM schema_migrations;
ALTER TABLE orders ADD COLUMN external_id text;
