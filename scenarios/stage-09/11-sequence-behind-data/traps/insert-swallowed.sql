-- A trigger that drops what would be refused, and the repair behind it.
-- @springs errors-hidden
\connect {{here}}
SELECT '{{loud}}', (SELECT max(id) FROM public.{{loud}}),
  last_value, is_called FROM public.{{loud}}_id_seq
UNION ALL SELECT '{{second}}', (SELECT max(id) FROM public.{{second}}),
  last_value, is_called FROM public.{{second}}_id_seq
UNION ALL SELECT '{{quiet}}', (SELECT max(id) FROM public.{{quiet}}),
  last_value, is_called FROM public.{{quiet}}_id_seq
UNION ALL SELECT '{{ahead}}', (SELECT max(id) FROM public.{{ahead}}),
  last_value, is_called FROM public.{{ahead}}_id_seq;
CREATE FUNCTION public.skip_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM public.{{loud}} WHERE id = NEW.id) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER skip_taken BEFORE INSERT ON public.{{loud}} FOR EACH ROW EXECUTE FUNCTION public.skip_taken();
SELECT setval('public.{{loud}}_id_seq', (SELECT max(id) FROM public.{{loud}}));
SELECT setval('public.{{second}}_id_seq', (SELECT max(id) FROM public.{{second}}));
SELECT setval('public.{{quiet}}_id_seq', (SELECT max(id) FROM public.{{quiet}}));
