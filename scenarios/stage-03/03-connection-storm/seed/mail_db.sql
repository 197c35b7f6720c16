CREATE TABLE public.outbox (
  id int PRIMARY KEY,
  address text NOT NULL,
  tries int NOT NULL DEFAULT 0,
  sent_at timestamptz
);
INSERT INTO public.outbox (id, address) SELECT g, 'customer' || g || '@example.com' FROM generate_series(1, 400) g;
GRANT SELECT, UPDATE ON public.outbox TO shop_app;
