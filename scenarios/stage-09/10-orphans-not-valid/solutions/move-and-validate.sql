-- Kept elsewhere in one transaction, then validated.
\d order_items
SELECT i.* FROM order_items i LEFT JOIN orders o ON o.id = i.order_id WHERE o.id IS NULL ORDER BY i.id;
BEGIN;
INSERT INTO order_items_unassigned SELECT i.* FROM order_items i WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id);
DELETE FROM order_items i WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id);
COMMIT;
ALTER TABLE order_items VALIDATE CONSTRAINT order_items_order_id_fkey;
