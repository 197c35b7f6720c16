-- The old instances are to come back as new ones.
-- @springs old-ended
SELECT application_name, state, count(*) FROM pg_stat_activity WHERE datname = 'shop_db' GROUP BY 1, 2 ORDER BY 1;
SELECT column_name, data_type, column_default FROM information_schema.columns WHERE table_name = 'orders';
TABLE public.status_codes;
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shop_v1';
ALTER TABLE public.orders ADD COLUMN legacy_status text;
CREATE FUNCTION public.keep_legacy_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.legacy_status := (SELECT c.code FROM public.status_codes c WHERE c.status = NEW.status);
  RETURN NEW;
END $$;
CREATE TRIGGER keep_legacy_status BEFORE INSERT OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.keep_legacy_status();
UPDATE public.orders o SET legacy_status = c.code FROM public.status_codes c WHERE c.status = o.status AND o.legacy_status IS NULL;
