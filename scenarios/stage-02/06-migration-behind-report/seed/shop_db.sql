CREATE TABLE public.orders (
  id int PRIMARY KEY,
  status text NOT NULL,
  total_cents int NOT NULL
);
INSERT INTO public.orders SELECT g, 'new', 900 + g * 37 % 5000 FROM generate_series(1, 300) g;
GRANT SELECT, INSERT, UPDATE ON public.orders TO app_user;
GRANT SELECT ON public.orders TO analyst;
