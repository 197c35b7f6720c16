-- The index, without a thought of those who write.
-- @springs plain-build
SELECT calls, rows, query FROM pg_stat_statements WHERE query LIKE '%order%' ORDER BY calls DESC LIMIT 5;
EXPLAIN SELECT sku, quantity FROM public.order_items WHERE order_id = 42;
CREATE INDEX order_items_order_idx ON public.order_items (order_id);
