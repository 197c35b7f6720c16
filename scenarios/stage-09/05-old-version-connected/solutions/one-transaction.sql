-- By the error, and all of it in one transaction.
SELECT id, legacy_status FROM public.orders LIMIT 1;
SELECT pid, application_name, backend_start FROM pg_stat_activity WHERE usename = 'shop_app' ORDER BY 2, 1;
SELECT code, status FROM public.status_codes ORDER BY 1;
BEGIN;
ALTER TABLE public.orders ADD COLUMN legacy_status text;
CREATE FUNCTION public.keep_legacy_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.legacy_status := (SELECT c.code FROM public.status_codes c WHERE c.status = NEW.status);
  RETURN NEW;
END $$;
CREATE TRIGGER keep_legacy_status BEFORE INSERT OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.keep_legacy_status();
UPDATE public.orders o SET legacy_status = c.code FROM public.status_codes c WHERE c.status = o.status AND o.legacy_status IS NULL;
COMMIT;
