CREATE TABLE public.items (id int PRIMARY KEY, name text NOT NULL, stock int NOT NULL);
INSERT INTO public.items SELECT g, 'item ' || g, g % 7 FROM generate_series(1, 200) g;
GRANT SELECT, INSERT, UPDATE ON public.items TO app_user;
