-- All four set to the highest number, the one that was ahead included.
-- @springs moved-back
\connect {{here}}
SELECT '{{loud}}', (SELECT max(id) FROM public.{{loud}}),
  last_value, is_called FROM public.{{loud}}_id_seq
UNION ALL SELECT '{{second}}', (SELECT max(id) FROM public.{{second}}),
  last_value, is_called FROM public.{{second}}_id_seq
UNION ALL SELECT '{{quiet}}', (SELECT max(id) FROM public.{{quiet}}),
  last_value, is_called FROM public.{{quiet}}_id_seq
UNION ALL SELECT '{{ahead}}', (SELECT max(id) FROM public.{{ahead}}),
  last_value, is_called FROM public.{{ahead}}_id_seq;
SELECT setval('public.{{loud}}_id_seq', (SELECT max(id) FROM public.{{loud}}));
SELECT setval('public.{{second}}_id_seq', (SELECT max(id) FROM public.{{second}}));
SELECT setval('public.{{quiet}}_id_seq', (SELECT max(id) FROM public.{{quiet}}));
SELECT setval('public.{{ahead}}_id_seq', (SELECT max(id) FROM public.{{ahead}}));
