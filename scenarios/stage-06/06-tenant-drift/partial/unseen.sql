-- Repaired without having compared.
-- @expect 60
\connect {{missed}}
ALTER TABLE orders ADD COLUMN external_id text;
CREATE UNIQUE INDEX CONCURRENTLY orders_external_id_key ON orders (external_id);
