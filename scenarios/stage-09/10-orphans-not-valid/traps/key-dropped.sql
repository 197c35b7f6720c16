-- The key is taken away while one works.
-- @springs key-dropped
\d order_items
SELECT i.* FROM order_items i LEFT JOIN orders o ON o.id = i.order_id WHERE o.id IS NULL ORDER BY i.id;
ALTER TABLE order_items DROP CONSTRAINT order_items_order_id_fkey;
INSERT INTO order_items_unassigned SELECT i.* FROM order_items i WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id);
DELETE FROM order_items i WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id);
ALTER TABLE order_items ADD CONSTRAINT order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders;
