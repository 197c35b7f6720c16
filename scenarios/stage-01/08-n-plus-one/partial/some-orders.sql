-- An index for some of the orders.
-- @expect 74
SELECT calls, rows, query FROM pg_stat_statements WHERE query LIKE '%order%' ORDER BY calls DESC LIMIT 5;
EXPLAIN SELECT sku, quantity FROM public.order_items WHERE order_id = 42;
CREATE INDEX CONCURRENTLY order_items_recent ON public.order_items (order_id) WHERE order_id > 9000;
