-- One tenant's database, the same three times over, as it stood before the release.
CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference text NOT NULL,
  status text NOT NULL DEFAULT 'new',
  total_cents bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.schema_migrations (
  version text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO public.orders (reference, status, total_cents, created_at)
SELECT 'T-' || n, (ARRAY['new', 'paid', 'shipped'])[1 + n % 3], 500 + n * 53 % 9000,
       timestamptz '2026-05-30 06:00:00+00' + n * interval '20 minutes'
FROM generate_series(1, 60) AS n;

INSERT INTO public.schema_migrations (version, applied_at) VALUES
  ('20260114_create_orders', '2026-01-14 09:00:00+00'),
  ('20260402_order_totals_in_cents', '2026-04-02 09:00:00+00');

GRANT SELECT, INSERT, UPDATE ON public.orders TO app_user;
