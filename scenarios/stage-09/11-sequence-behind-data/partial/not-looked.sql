-- Right, but without one look: nothing of Detect.
-- @expect 60
\connect {{here}}
SELECT setval('public.{{loud}}_id_seq', (SELECT max(id) FROM public.{{loud}}));
SELECT setval('public.{{second}}_id_seq', (SELECT max(id) FROM public.{{second}}));
SELECT setval('public.{{quiet}}_id_seq', (SELECT max(id) FROM public.{{quiet}}));
