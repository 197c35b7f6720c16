CREATE TABLE public.orders (
  id int PRIMARY KEY,
  customer int NOT NULL,
  touched int NOT NULL DEFAULT 0
);
INSERT INTO public.orders (id, customer) SELECT g, g % 97 FROM generate_series(1, 400) g;
CREATE TABLE public.events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payload text NOT NULL
);
CREATE PUBLICATION search FOR TABLE public.orders;
GRANT SELECT, INSERT, UPDATE ON public.orders TO app_user;
