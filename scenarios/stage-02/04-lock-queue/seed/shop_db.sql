CREATE TABLE public.products (
  id int PRIMARY KEY,
  name text NOT NULL,
  price_cents int NOT NULL,
  stock int NOT NULL
);
INSERT INTO public.products SELECT g, 'product ' || g, 500 + g * 13 % 900, 100000 FROM generate_series(1, 200) g;
CREATE TABLE public.feed_log (line text NOT NULL, logged_at timestamptz NOT NULL DEFAULT now());
GRANT SELECT, UPDATE ON public.products TO app_user, importer;
GRANT SELECT, INSERT ON public.feed_log TO importer;
