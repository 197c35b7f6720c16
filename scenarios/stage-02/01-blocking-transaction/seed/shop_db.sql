CREATE TABLE public.orders (
  id int PRIMARY KEY,
  customer_id int NOT NULL,
  status text NOT NULL,
  total_cents int NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT '2026-05-01 08:00:00+00'
);
INSERT INTO public.orders (id, customer_id, status, total_cents)
SELECT g, g % 100, 'new', 900 + g * 37 % 5000 FROM generate_series(1, 400) g;
GRANT SELECT, INSERT, UPDATE ON public.orders TO app_user;
GRANT SELECT, UPDATE ON public.orders TO staff;
