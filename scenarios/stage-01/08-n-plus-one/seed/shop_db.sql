CREATE TABLE public.orders (
  id int PRIMARY KEY,
  customer_id int NOT NULL,
  placed_at timestamptz NOT NULL
);
INSERT INTO public.orders SELECT g, 1 + g % 500, now() - g * interval '1 minute' FROM generate_series(1, 10000) g;
CREATE INDEX orders_customer_idx ON public.orders (customer_id, placed_at DESC);
CREATE TABLE public.order_items (
  id int PRIMARY KEY,
  order_id int NOT NULL,
  sku text NOT NULL,
  quantity int NOT NULL
);
INSERT INTO public.order_items SELECT g, 1 + g % 10000, 'sku-' || g % 997, 1 + g % 3 FROM generate_series(1, 30000) g;
CREATE INDEX order_items_order_idx ON public.order_items (order_id);
CREATE SEQUENCE public.order_items_seq START 100000;
GRANT SELECT ON public.orders TO shop_app;
GRANT SELECT, INSERT ON public.order_items TO shop_app;
GRANT USAGE ON SEQUENCE public.order_items_seq TO shop_app;
