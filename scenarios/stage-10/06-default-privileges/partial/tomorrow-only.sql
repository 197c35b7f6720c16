-- The defaults do nothing for what is there.
-- @expect 76
\dp
\ddp
SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public';
ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO app_user;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT USAGE ON SEQUENCES TO app_user;
