-- Only the surplus is ended; six that are at work stay.
SELECT datname, numbackends FROM pg_stat_database ORDER BY numbackends DESC;
SELECT rolname, rolconnlimit FROM pg_roles WHERE rolconnlimit >= 0;
ALTER DATABASE mail_db CONNECTION LIMIT 6;
SELECT pid, pg_terminate_backend(pid) FROM
  (SELECT pid FROM pg_stat_activity WHERE application_name = 'mailer' ORDER BY backend_start, pid OFFSET 6) surplus;
