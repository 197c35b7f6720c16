-- An index.
-- @springs new-index
SELECT datname, deadlocks FROM pg_stat_database WHERE datname = 'bank_db';
SELECT pid, application_name, wait_event_type, query FROM pg_stat_activity WHERE usename = 'app_user';
\sf transfer
SELECT prosrc FROM pg_proc WHERE proname = 'transfer';
CREATE OR REPLACE FUNCTION public.transfer(payer int, payee int, cents bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM public.accounts WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
  UPDATE public.accounts SET balance_cents = balance_cents - cents WHERE id = payer;
  PERFORM pg_catalog.pg_sleep(0.02);
  UPDATE public.accounts SET balance_cents = balance_cents + cents WHERE id = payee;
END $$;
CREATE INDEX CONCURRENTLY accounts_balance ON accounts (balance_cents);
