-- The shop's own database: 240 orders of 40 customers, as they stood before the release.
CREATE TABLE public.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE
);

CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES public.customers (id),
  status text NOT NULL DEFAULT 'new',
  total_cents bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_customer_id ON public.orders (customer_id);

CREATE TABLE public.schema_migrations (
  version text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO public.customers (name, email)
SELECT 'Customer ' || n, 'customer' || n || '@shop.example'
FROM generate_series(1, 40) AS n;

INSERT INTO public.orders (customer_id, status, total_cents, created_at, updated_at)
SELECT 1 + n % 40,
       (ARRAY['new', 'paid', 'packed', 'shipped'])[1 + n % 4],
       900 + n * 37 % 20000,
       timestamptz '2026-05-30 06:00:00+00' + n * interval '5 minutes',
       timestamptz '2026-05-30 06:00:00+00' + n * interval '5 minutes'
FROM generate_series(1, 240) AS n;

INSERT INTO public.schema_migrations (version, applied_at) VALUES
  ('20260114_create_orders', '2026-01-14 09:00:00+00'),
  ('20260402_order_totals_in_cents', '2026-04-02 09:00:00+00');

GRANT SELECT, INSERT, UPDATE ON public.orders TO app_user;
GRANT SELECT ON public.customers TO app_user;
