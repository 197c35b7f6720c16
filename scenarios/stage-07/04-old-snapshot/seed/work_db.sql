CREATE TABLE public.jobs (
  id int PRIMARY KEY,
  state text NOT NULL,
  tries int NOT NULL DEFAULT 0,
  payload text NOT NULL
);
CREATE TABLE public.customers (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO public.jobs SELECT g, 'ready', 0, repeat('x', 40) FROM generate_series(1, 2000) g;
INSERT INTO public.customers SELECT g, 'customer ' || g FROM generate_series(1, 200) g;
CREATE INDEX jobs_state ON public.jobs (state);
GRANT SELECT, INSERT, UPDATE ON public.jobs TO app_user;
GRANT SELECT ON public.jobs, public.customers TO analyst;
