-- Without a list of tables: whatever a column owns is found in the catalog, and moved only where it is behind.
\connect {{here}}
SELECT c.relname, s.relname AS sequence, pg_sequence_last_value(s.oid),
  (xpath('/row/max/text()', query_to_xml(format('SELECT max(%I) FROM %I.%I', a.attname, n.nspname, c.relname),
    false, true, '')))[1]::text::bigint AS highest
FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') ORDER BY 1;
DO $$
DECLARE r record; top bigint; nxt bigint;
BEGIN
  FOR r IN SELECT c.oid::regclass AS tab, a.attname AS col, s.oid::regclass AS seq
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_class c ON c.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  LOOP
    EXECUTE format('SELECT max(%I) FROM %s', r.col, r.tab) INTO top;
    EXECUTE format('SELECT last_value + is_called::int FROM %s', r.seq) INTO nxt;
    IF nxt <= top THEN PERFORM setval(r.seq, top); END IF;
  END LOOP;
END $$;
