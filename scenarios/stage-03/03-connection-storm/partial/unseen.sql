-- The right thing, without a look.
-- @expect 60
ALTER DATABASE mail_db CONNECTION LIMIT 6;
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'mail_db' AND application_name = 'mailer';
