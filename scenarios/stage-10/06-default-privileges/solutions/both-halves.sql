-- What is there, and what will come.
\dp
\ddp
SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public';
GRANT SELECT, INSERT, UPDATE ON refunds TO app_user;
GRANT USAGE ON SEQUENCE refunds_id_seq TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT USAGE ON SEQUENCES TO app_user;
