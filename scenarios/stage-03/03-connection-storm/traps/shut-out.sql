-- The mailer's door is closed for a while.
-- @springs mailer-shut-out
SELECT datname, application_name, state, count(*) FROM pg_stat_activity WHERE usename = 'shop_app' GROUP BY 1, 2, 3 ORDER BY 4 DESC;
SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname = 'shop_app';
ALTER DATABASE mail_db CONNECTION LIMIT 0;
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mailer';
ALTER DATABASE mail_db CONNECTION LIMIT 6;
