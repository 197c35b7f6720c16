-- The same, counting downwards from zero.
\d events
SELECT last_value, is_called FROM events_id_seq;
SELECT min(id), max(id) FROM events;
INSERT INTO events (device, payload) VALUES (1, 'test');
ALTER SEQUENCE events_id_seq INCREMENT BY -1 MINVALUE -2147483648 MAXVALUE 2147483647 START WITH -1 RESTART WITH -1;
