-- Moved by one statement.
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'order_items'::regclass;
SELECT count(*) FROM order_items WHERE order_id NOT IN (SELECT id FROM orders);
WITH gone AS (DELETE FROM order_items WHERE order_id NOT IN (SELECT id FROM orders) RETURNING *)
INSERT INTO order_items_unassigned SELECT * FROM gone;
ALTER TABLE order_items VALIDATE CONSTRAINT order_items_order_id_fkey;
