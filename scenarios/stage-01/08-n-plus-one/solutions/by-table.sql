-- By the table's own counters, and by what it has.
SELECT relname, seq_scan, seq_tup_read, idx_scan FROM pg_stat_user_tables ORDER BY seq_tup_read DESC;
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2;
CREATE INDEX CONCURRENTLY order_items_by_order ON order_items USING btree (order_id);
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'order_items'::regclass;
