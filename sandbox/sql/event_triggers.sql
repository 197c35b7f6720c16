-- Two event triggers that write every DDL command to the server's log, what a DO block or function
-- did included. They stand in template1 and in every database, owned by the superuser, so that the
-- learner can neither drop nor disable them. The client sees nothing: client_min_messages is pinned.
-- What goes wrong in here must never break the learner's command: it is logged instead.
-- search_path is pinned, pg_temp last, so that no object of the learner's is called.

CREATE FUNCTION pg_catalog.ride_ddl_command_end() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET client_min_messages = 'error'
AS $ride$
DECLARE
  line jsonb;
BEGIN
  FOR line IN
    SELECT jsonb_build_object(
        'event', 'ddl_command_end', 'tag', coalesce(d.command_tag, tg_tag), 'type', d.object_type,
        'object', CASE
          WHEN n.nspname LIKE 'pg\_temp\_%' THEN 'pg_temp.' || c.relname
          WHEN c.oid IS NOT NULL THEN n.nspname || '.' || c.relname
          ELSE d.object_identity END,
        'column', a.attname,
        'identity', d.object_identity,
        'txid', pg_current_xact_id()::text,
        'columns', CASE WHEN c.relkind IN ('r', 'p') THEN (
          SELECT jsonb_agg(jsonb_build_object(
              'name', t.attname, 'not_null', t.attnotnull, 'default', t.atthasdef,
              'type', format_type(t.atttypid, t.atttypmod)) ORDER BY t.attnum)
          FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped) END)
    FROM pg_event_trigger_ddl_commands() d
    LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
  LOOP
    RAISE LOG 'ride: ddl %', jsonb_strip_nulls(line);
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  RAISE LOG 'ride: ddl %', jsonb_build_object('event', 'ddl_command_end', 'tag', tg_tag,
                                             'unreadable', sqlerrm);
END
$ride$;

CREATE FUNCTION pg_catalog.ride_sql_drop() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET client_min_messages = 'error'
AS $ride$
DECLARE
  line jsonb;
BEGIN
  FOR line IN
    SELECT jsonb_build_object(
        'event', 'sql_drop', 'tag', tg_tag, 'type', d.object_type,
        'object', CASE
          WHEN d.classid = 'pg_class'::regclass AND array_length(d.address_names, 1) >= 2
            THEN d.address_names[1] || '.' || d.address_names[2]
          ELSE d.object_identity END,
        'column', CASE WHEN d.objsubid > 0 THEN d.address_names[3] END,
        'identity', d.object_identity,
        'original', d.original,
        'temporary', CASE WHEN d.is_temporary THEN true END,
        'txid', pg_current_xact_id()::text)
    FROM pg_event_trigger_dropped_objects() d
    -- A table takes its row type and its TOAST table along: nobody asked for those.
    WHERE d.original OR (d.object_type <> 'type' AND d.schema_name IS DISTINCT FROM 'pg_toast')
  LOOP
    RAISE LOG 'ride: ddl %', jsonb_strip_nulls(line);
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  RAISE LOG 'ride: ddl %', jsonb_build_object('event', 'sql_drop', 'tag', tg_tag,
                                             'unreadable', sqlerrm);
END
$ride$;

REVOKE ALL ON FUNCTION pg_catalog.ride_ddl_command_end(), pg_catalog.ride_sql_drop() FROM PUBLIC;

CREATE EVENT TRIGGER ride_ddl_command_end ON ddl_command_end
  EXECUTE FUNCTION pg_catalog.ride_ddl_command_end();
CREATE EVENT TRIGGER ride_sql_drop ON sql_drop
  EXECUTE FUNCTION pg_catalog.ride_sql_drop();
-- Also while session_replication_role is replica.
ALTER EVENT TRIGGER ride_ddl_command_end ENABLE ALWAYS;
ALTER EVENT TRIGGER ride_sql_drop ENABLE ALWAYS;
