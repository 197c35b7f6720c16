-- The estimate, its reason, and both halves of the fix.
EXPLAIN ANALYZE SELECT count(*) FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.status = 'open';
SELECT relname, n_live_tup, n_mod_since_analyze, last_analyze, last_autoanalyze FROM pg_stat_user_tables;
\d+ orders
ANALYZE orders;
ALTER TABLE orders RESET (autovacuum_enabled);
EXPLAIN SELECT count(*) FROM orders WHERE status = 'open';
