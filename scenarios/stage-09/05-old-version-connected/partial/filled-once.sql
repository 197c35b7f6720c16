-- Given back and filled, and never again kept in step.
-- @expect 82
SELECT application_name, state, count(*) FROM pg_stat_activity WHERE datname = 'shop_db' GROUP BY 1, 2 ORDER BY 1;
SELECT column_name, data_type, column_default FROM information_schema.columns WHERE table_name = 'orders';
TABLE public.status_codes;
ALTER TABLE public.orders ADD COLUMN legacy_status text;
UPDATE public.orders o SET legacy_status = c.code FROM public.status_codes c WHERE c.status = o.status AND o.legacy_status IS NULL;
