-- The busy sessions are ended.
-- @springs page-ended
SELECT calls, rows, query FROM pg_stat_statements WHERE query LIKE '%order%' ORDER BY calls DESC LIMIT 5;
EXPLAIN SELECT sku, quantity FROM public.order_items WHERE order_id = 42;
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order_page';
CREATE INDEX CONCURRENTLY order_items_order_idx ON public.order_items (order_id);
