-- Booked in the order of the ids, whichever way the money goes.
SELECT deadlocks FROM pg_stat_database WHERE datname = current_database();
SELECT pg_get_functiondef('transfer'::regproc);
CREATE OR REPLACE FUNCTION public.transfer(payer int, payee int, cents bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  account int;
BEGIN
  FOR account IN SELECT unnest(ARRAY[least(payer, payee), greatest(payer, payee)]) LOOP
    UPDATE public.accounts SET balance_cents = balance_cents + CASE WHEN id = payer THEN -cents ELSE cents END
    WHERE id = account;
  END LOOP;
END $$;
