-- What belongs to the cluster: roles, databases, replication slots, settings of databases and roles. One JSON value.
SELECT pg_catalog.jsonb_build_object(
  'roles', (
    SELECT jsonb_agg(jsonb_build_object(
        'name', r.rolname, 'superuser', r.rolsuper, 'createrole', r.rolcreaterole,
        'createdb', r.rolcreatedb, 'replication', r.rolreplication, 'bypassrls', r.rolbypassrls,
        'login', r.rolcanlogin, 'member_of', coalesce((
          SELECT jsonb_agg(g.rolname ORDER BY g.rolname)
          FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_authid g ON g.oid = m.roleid
          WHERE m.member = r.oid), '[]')) ORDER BY r.rolname)
    FROM pg_catalog.pg_authid r),
  'databases', (
    SELECT jsonb_agg(jsonb_build_object(
        'name', d.datname, 'owner', pg_catalog.pg_get_userbyid(d.datdba),
        'allow_connections', d.datallowconn, 'connection_limit', d.datconnlimit,
        'grants', coalesce((SELECT jsonb_agg(a::text ORDER BY a::text)
                            FROM unnest(d.datacl) a), '[]')) ORDER BY d.datname)
    FROM pg_catalog.pg_database d),
  'slots', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'name', s.slot_name, 'type', s.slot_type, 'plugin', s.plugin, 'database', s.database)
        ORDER BY s.slot_name)
    FROM pg_catalog.pg_replication_slots s WHERE NOT s.temporary), '[]'),
  'settings', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'database', coalesce(d.datname, ''), 'role', coalesce(r.rolname, ''),
        'settings', s.setconfig) ORDER BY d.datname, r.rolname)
    FROM pg_catalog.pg_db_role_setting s
    LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
    LEFT JOIN pg_catalog.pg_authid r ON r.oid = s.setrole), '[]'))
