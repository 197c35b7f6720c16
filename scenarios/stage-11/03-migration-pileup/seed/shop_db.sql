CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id int NOT NULL,
  total_cents int NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO public.orders (customer_id, total_cents) SELECT 1 + g % 300, 500 + g % 9000 FROM generate_series(1, 2000) g;
CREATE TABLE public.order_items (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES public.orders,
  sku text NOT NULL,
  quantity int NOT NULL
);
INSERT INTO public.order_items (order_id, sku, quantity)
  SELECT 1 + g % 2000, 'sku-' || g % 97, 1 + g % 3 FROM generate_series(1, 6000) g;
CREATE INDEX order_items_order_id_idx ON public.order_items (order_id);
CREATE TABLE public.invoices (
  order_id bigint PRIMARY KEY REFERENCES public.orders,
  channel text NOT NULL,
  amount_cents int NOT NULL
);
INSERT INTO public.invoices SELECT id, 'web', total_cents FROM public.orders;
GRANT SELECT, INSERT ON public.orders, public.order_items TO shop_app;
GRANT USAGE ON SEQUENCE public.orders_id_seq TO shop_app;
GRANT SELECT ON public.orders TO billing;
GRANT SELECT, INSERT ON public.invoices TO billing;
GRANT SELECT ON public.order_items TO auditor;
