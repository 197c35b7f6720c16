-- By the tables themselves; the other way round.
SELECT (SELECT max(id) FROM app.orders) AS app, (SELECT max(id) FROM public.orders) AS public;
SELECT setrole::regrole, setconfig FROM pg_db_role_setting;
SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
BEGIN;
INSERT INTO app.orders SELECT * FROM public.orders p WHERE NOT EXISTS (SELECT FROM app.orders a WHERE a.id = p.id);
COMMIT;
SET ROLE app_user;
ALTER ROLE app_user IN DATABASE shop_db SET search_path = app, pg_catalog;
