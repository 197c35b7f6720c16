-- What one database holds, from the catalogs alone: no user code is called. One JSON value.
WITH own AS (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%')
SELECT pg_catalog.jsonb_build_object(
  'schemas', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'name', n.nspname, 'owner', pg_catalog.pg_get_userbyid(n.nspowner),
        'grants', coalesce((SELECT jsonb_agg(a::text ORDER BY a::text)
                            FROM unnest(n.nspacl) a), '[]')) ORDER BY n.nspname)
    FROM own JOIN pg_catalog.pg_namespace n ON n.oid = own.oid), '[]'),
  'relations', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'schema', own.nspname, 'name', c.relname, 'oid', c.oid::bigint, 'kind', c.relkind,
        'owner', pg_catalog.pg_get_userbyid(c.relowner),
        'row_security', c.relrowsecurity,
        'columns', coalesce((
          SELECT jsonb_agg(jsonb_build_object(
              'attnum', a.attnum, 'name', a.attname,
              'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
              'not_null', a.attnotnull,
              'default', pg_catalog.pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'))
        ORDER BY own.nspname, c.relname)
    FROM pg_catalog.pg_class c JOIN own ON own.oid = c.relnamespace
    WHERE c.relkind NOT IN ('i', 'I', 't', 'c')), '[]'),
  'indexes', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'schema', own.nspname, 'name', c.relname, 'table', t.relname, 'oid', c.oid::bigint,
        'valid', i.indisvalid,
        'definition', pg_catalog.pg_get_indexdef(i.indexrelid)) ORDER BY own.nspname, c.relname)
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
    JOIN own ON own.oid = c.relnamespace), '[]'),
  'grants', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'schema', own.nspname, 'name', c.relname, 'grantee',
        CASE WHEN x.grantee = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(x.grantee) END,
        'privilege', x.privilege_type, 'grantable', x.is_grantable)
        ORDER BY own.nspname, c.relname, x.grantee, x.privilege_type)
    FROM pg_catalog.pg_class c JOIN own ON own.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) x
    WHERE x.grantee <> c.relowner), '[]'),
  'policies', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'schema', own.nspname, 'table', c.relname, 'name', p.polname)
        ORDER BY own.nspname, c.relname, p.polname)
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    JOIN own ON own.oid = c.relnamespace), '[]'),
  'triggers', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'schema', own.nspname, 'table', c.relname, 'name', t.tgname, 'enabled', t.tgenabled)
        ORDER BY own.nspname, c.relname, t.tgname)
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    JOIN own ON own.oid = c.relnamespace WHERE NOT t.tgisinternal), '[]'),
  'system_relations', (
    SELECT jsonb_agg(jsonb_build_object('schema', n.nspname, 'name', c.relname, 'oid', c.oid::bigint)
                     ORDER BY c.oid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')))
