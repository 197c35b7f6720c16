CREATE TABLE public.accounts (id int PRIMARY KEY, balance_cents bigint NOT NULL);
INSERT INTO public.accounts SELECT g, 1000000 FROM generate_series(1, 50) g;
CREATE FUNCTION public.transfer(payer int, payee int, cents bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.accounts SET balance_cents = balance_cents - cents WHERE id = payer;
  PERFORM pg_catalog.pg_sleep(0.02);  -- the limits service is asked here
  UPDATE public.accounts SET balance_cents = balance_cents + cents WHERE id = payee;
END $$;
GRANT SELECT, UPDATE ON public.accounts TO app_user;
