-- The right table again, the four orders forgotten.
-- @expect 84
SELECT schemaname, tablename, tableowner FROM pg_tables WHERE tablename = 'orders';
\drds
SET ROLE app_user;
ALTER ROLE app_user IN DATABASE shop_db SET search_path = app;
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
