CREATE TABLE public.orders (id serial PRIMARY KEY, status text NOT NULL, total_cents int NOT NULL);
CREATE TABLE public.customers (id serial PRIMARY KEY, name text NOT NULL);
INSERT INTO public.orders (status, total_cents) SELECT 'new', 900 + g * 37 % 5000 FROM generate_series(1, 300) g;
INSERT INTO public.customers (name) SELECT 'customer ' || g FROM generate_series(1, 90) g;
GRANT SELECT, INSERT, UPDATE ON public.orders, public.customers TO app_user;
GRANT USAGE ON SEQUENCE public.orders_id_seq, public.customers_id_seq TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO app_user;
GRANT CREATE, USAGE ON SCHEMA public TO migrator;
