CREATE TABLE public.closed_jobs (id int PRIMARY KEY, closed_on date NOT NULL);
INSERT INTO public.closed_jobs SELECT g, '2026-01-01'::date + g % 90 FROM generate_series(1, 500) g;
GRANT SELECT ON public.closed_jobs TO analyst;
