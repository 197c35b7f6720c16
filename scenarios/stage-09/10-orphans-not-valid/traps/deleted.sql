-- Away with them.
-- @springs items-lost
\d order_items
SELECT i.* FROM order_items i LEFT JOIN orders o ON o.id = i.order_id WHERE o.id IS NULL ORDER BY i.id;
DELETE FROM order_items i WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id);
ALTER TABLE order_items VALIDATE CONSTRAINT order_items_order_id_fkey;
