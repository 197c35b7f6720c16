-- Done without one look.
-- @expect 60
ALTER SEQUENCE events_id_seq MINVALUE -2147483648 RESTART WITH -2147483648;
