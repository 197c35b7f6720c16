-- Whoever logs in as the role is ended.
-- @springs checkout-ended
SELECT datname, application_name, state, count(*) FROM pg_stat_activity WHERE usename = 'shop_app' GROUP BY 1, 2, 3 ORDER BY 4 DESC;
SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname = 'shop_app';
ALTER DATABASE mail_db CONNECTION LIMIT 6;
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop_app';
