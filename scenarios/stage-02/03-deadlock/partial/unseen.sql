-- Right without a look.
-- @expect 60
CREATE OR REPLACE FUNCTION public.transfer(payer int, payee int, cents bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM public.accounts WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
  UPDATE public.accounts SET balance_cents = balance_cents - cents WHERE id = payer;
  PERFORM pg_catalog.pg_sleep(0.02);
  UPDATE public.accounts SET balance_cents = balance_cents + cents WHERE id = payee;
END $$;
