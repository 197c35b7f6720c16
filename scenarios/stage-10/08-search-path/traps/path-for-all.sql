-- For everybody.
-- @springs path-for-all
SELECT schemaname, tablename, tableowner FROM pg_tables WHERE tablename = 'orders';
\drds
ALTER DATABASE shop_db SET search_path = app;
SET ROLE app_user;
ALTER ROLE app_user IN DATABASE shop_db SET search_path = app;
RESET ROLE;
INSERT INTO app.orders SELECT * FROM public.orders p WHERE NOT EXISTS (SELECT FROM app.orders a WHERE a.id = p.id);
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
