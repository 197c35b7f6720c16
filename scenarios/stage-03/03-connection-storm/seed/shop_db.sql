CREATE TABLE public.products (id int PRIMARY KEY, name text NOT NULL, stock int NOT NULL);
INSERT INTO public.products SELECT g, 'product ' || g, 1000000 FROM generate_series(1, 200) g;
CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id int NOT NULL REFERENCES public.products,
  placed_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, UPDATE ON public.products TO shop_app;
GRANT SELECT, INSERT ON public.orders TO shop_app;
