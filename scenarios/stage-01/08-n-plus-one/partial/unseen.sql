-- An index, and no look at anything.
-- @expect 60
CREATE INDEX CONCURRENTLY order_items_order_idx ON public.order_items (order_id);
