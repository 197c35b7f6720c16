-- By the catalogs.
\connect {{first}}
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders';
\connect {{missed}}
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders';
SELECT version FROM schema_migrations ORDER BY 1;
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
