-- By the catalogs, and with VACUUM on the way.
SELECT attname, most_common_vals, most_common_freqs FROM pg_stats WHERE tablename = 'orders';
SELECT relname, reloptions FROM pg_class WHERE relname = 'orders';
ALTER TABLE orders SET (autovacuum_enabled = on);
VACUUM (ANALYZE) orders;
