CREATE TABLE public.accounts (
  id int PRIMARY KEY,
  balance_cents bigint NOT NULL,
  withdrawals int NOT NULL DEFAULT 0
);
INSERT INTO public.accounts (id, balance_cents) SELECT g, 100000 FROM generate_series(1, 100) g;
CREATE TABLE public.coordinator_log (
  line int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer text NOT NULL,
  said text NOT NULL
);
INSERT INTO public.coordinator_log (transfer, said) VALUES
  ('transfer-88111', 'prepared by both banks'), ('transfer-88111', 'agreed: abort; both have rolled back');
GRANT SELECT, UPDATE ON public.accounts TO app_user, coordinator;
GRANT SELECT, INSERT ON public.coordinator_log TO coordinator;
