CREATE TABLE public.orders (
  id int PRIMARY KEY,
  status text NOT NULL,
  placed_on date NOT NULL
);
CREATE TABLE public.lines (
  order_id int NOT NULL,
  position int NOT NULL,
  sku text NOT NULL,
  PRIMARY KEY (order_id, position)
);
INSERT INTO public.orders SELECT g, CASE WHEN g % 5 = 1 THEN 'paid' ELSE 'open' END, '2026-01-01'::date + g % 100
FROM generate_series(1, 20000) g;
INSERT INTO public.lines SELECT g, 1, 'sku-' || g % 300 FROM generate_series(1, 20000) g;
CREATE INDEX orders_status ON public.orders (status);
GRANT SELECT, INSERT, UPDATE ON public.orders, public.lines TO app_user;
