-- The half of the type that was never used.
INSERT INTO events (device, payload) VALUES (1, 'test');
SELECT sequencename, data_type, last_value, max_value FROM pg_sequences WHERE sequencename = 'events_id_seq';
SELECT column_name, data_type, column_default FROM information_schema.columns WHERE table_name = 'events';
ALTER SEQUENCE events_id_seq MINVALUE -2147483648 RESTART WITH -2147483648;
INSERT INTO events (device, payload) VALUES (1, 'test') RETURNING id;
