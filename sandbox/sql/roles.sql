-- ride's own roles. Passwords are set at each start; the learner's role has none, pg_hba.conf lets it
-- in. pg_stat_statements leaves out what ride itself does.
CREATE ROLE oncall LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
GRANT pg_monitor, pg_signal_backend TO oncall;

CREATE ROLE ride_check LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
GRANT pg_monitor, pg_read_all_data TO ride_check;

ALTER ROLE ride_check SET pg_stat_statements.track = 'none';
ALTER ROLE postgres SET pg_stat_statements.track = 'none';
