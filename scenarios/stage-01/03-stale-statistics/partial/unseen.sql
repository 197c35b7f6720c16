-- Right without a look.
-- @expect 60
ANALYZE orders;
ALTER TABLE orders RESET (autovacuum_enabled);
