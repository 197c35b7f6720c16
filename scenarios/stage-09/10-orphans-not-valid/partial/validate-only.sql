-- Validation alone fails, as it must.
-- @expect 60
\d order_items
SELECT i.* FROM order_items i LEFT JOIN orders o ON o.id = i.order_id WHERE o.id IS NULL ORDER BY i.id;
ALTER TABLE order_items VALIDATE CONSTRAINT order_items_order_id_fkey;
