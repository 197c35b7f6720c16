-- The same, as the role that makes the tables.
SELECT relname, relowner::regrole, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S');
SELECT defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl FROM pg_default_acl;
SET ROLE migrator;
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE ON TABLES TO app_user;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO app_user;
GRANT SELECT, INSERT, UPDATE ON refunds TO app_user;
GRANT USAGE ON SEQUENCE refunds_id_seq TO app_user;
