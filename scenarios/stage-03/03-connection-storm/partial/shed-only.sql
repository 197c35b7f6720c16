-- The mailer's sessions are ended, and are back before the checkout.
-- @expect 60
SELECT datname, application_name, state, count(*) FROM pg_stat_activity WHERE usename = 'shop_app' GROUP BY 1, 2, 3 ORDER BY 4 DESC;
SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname = 'shop_app';
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mailer';
