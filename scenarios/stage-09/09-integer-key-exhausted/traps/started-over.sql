-- From the beginning, where the numbers are taken.
-- @springs started-over
INSERT INTO events (device, payload) VALUES (1, 'test');
SELECT sequencename, data_type, last_value, max_value FROM pg_sequences WHERE sequencename = 'events_id_seq';
SELECT column_name, data_type, column_default FROM information_schema.columns WHERE table_name = 'events';
SELECT setval('events_id_seq', 1);
ALTER SEQUENCE events_id_seq MINVALUE -2147483648 RESTART WITH -2147483648;
