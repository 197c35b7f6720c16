-- As the two times before: what is there, and not what will come.
-- @expect 84
\dp
\ddp
SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public';
GRANT SELECT, INSERT, UPDATE ON refunds TO app_user;
GRANT USAGE ON SEQUENCE refunds_id_seq TO app_user;
