-- The other branch first: it is well. Then the list of sequences, the highest numbers, and a restart one above.
\connect {{there}}
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1;
\connect {{here}}
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1;
SELECT max(id) FROM public.{{loud}};
SELECT max(id) FROM public.{{second}};
SELECT max(id) FROM public.{{quiet}};
SELECT max(id) FROM public.{{ahead}};
SELECT obj_description('public.{{ahead}}_id_seq'::regclass);
BEGIN;
LOCK TABLE public.{{loud}}, public.{{second}}, public.{{quiet}} IN SHARE ROW EXCLUSIVE MODE;
ALTER SEQUENCE public.{{loud}}_id_seq RESTART WITH 38368;
ALTER SEQUENCE public.{{second}}_id_seq RESTART WITH 29116;
ALTER SEQUENCE public.{{quiet}}_id_seq RESTART WITH 21337;
COMMIT;
