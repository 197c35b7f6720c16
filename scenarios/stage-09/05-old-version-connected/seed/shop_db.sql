CREATE TABLE public.status_codes (status text PRIMARY KEY, code char(1) NOT NULL UNIQUE);
INSERT INTO public.status_codes VALUES ('new', 'N'), ('paid', 'P'), ('shipped', 'S');
CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id int NOT NULL,
  status text NOT NULL REFERENCES public.status_codes,
  legacy_status text NOT NULL
);
INSERT INTO public.orders (customer_id, status, legacy_status)
  SELECT 1 + g % 200, c.status, c.code FROM generate_series(1, 3000) g
  JOIN (VALUES (0, 'new', 'N'), (1, 'paid', 'P'), (2, 'shipped', 'S')) c (rest, status, code) ON c.rest = g % 3;
CREATE INDEX orders_customer_idx ON public.orders (customer_id);
GRANT SELECT ON public.status_codes TO shop_app;
GRANT SELECT, INSERT, UPDATE ON public.orders TO shop_app;
GRANT USAGE ON SEQUENCE public.orders_id_seq TO shop_app;
