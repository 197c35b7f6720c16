CREATE TABLE public.stock (item int PRIMARY KEY, on_hand int NOT NULL);
CREATE TABLE public.orders (
  id int PRIMARY KEY,
  item int NOT NULL,
  currency text NOT NULL,
  amount numeric NOT NULL
);
INSERT INTO public.stock SELECT g, 100 FROM generate_series(1, 50) g;
INSERT INTO public.orders
SELECT g, 1 + g % 50, (ARRAY['EUR', 'USD', 'GBP'])[1 + g % 3], 5 + g % 90 FROM generate_series(1, 3000) g;

-- The bank's service answers in a second.
CREATE FUNCTION public.exchange_rates() RETURNS TABLE (currency text, rate numeric) LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM pg_catalog.pg_sleep(1);
  RETURN QUERY VALUES ('EUR', 1.0), ('USD', 0.9), ('GBP', 1.2);
END $$;

GRANT SELECT, UPDATE ON public.stock TO app_user;
GRANT SELECT ON public.orders TO app_user, finance;
