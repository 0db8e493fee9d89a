-- System views: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
CREATE OR REPLACE FUNCTION rs.is_system_schema(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN name IN ('rs', 'rs_catalog', 'lochan_system', 'pg_catalog', 'information_schema', 'pg_toast');

-- A type in Redshift's words. What a query made without a length has Redshift's greatest.
CREATE OR REPLACE FUNCTION rs.type_name(type oid, modifier integer) RETURNS text
LANGUAGE sql STABLE RETURN
CASE
    WHEN type = 'rs.super'::regtype THEN 'super'
    WHEN type = 'rs.geometry'::regtype THEN 'geometry'
    WHEN type = 'rs.geography'::regtype THEN 'geography'
    WHEN type = 'rs.hllsketch'::regtype THEN 'hllsketch'
    WHEN type = 'bytea'::regtype THEN 'binary varying'
    WHEN type IN ('text'::regtype, 'varchar'::regtype) AND modifier < 0
    THEN 'character varying(65535)'
    WHEN type = 'numeric'::regtype AND modifier < 0 THEN 'numeric(38,0)'
    ELSE pg_catalog.format_type(type, modifier)
END;

-- The encoding that ENCODE AUTO starts with: https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html
CREATE OR REPLACE FUNCTION rs.default_encoding(type oid, is_sort_key boolean) RETURNS text
LANGUAGE sql STABLE RETURN
CASE
    WHEN is_sort_key OR type IN ('bool'::regtype, 'float4'::regtype, 'float8'::regtype) THEN 'none'
    WHEN type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'bytea'::regtype) THEN 'lzo'
    WHEN type = 'rs.super'::regtype THEN 'zstd'
    ELSE 'az64'
END;

CREATE OR REPLACE VIEW rs_catalog.columns AS
SELECT namespace.nspname AS schema_name, class.relname AS table_name, class.oid AS relation,
       class.relkind, attribute.attname AS column_name, attribute.attnum AS ordinal,
       attribute.atttypid, attribute.atttypmod, attribute.attnotnull,
       rs.type_name(attribute.atttypid, attribute.atttypmod) AS type,
       coalesce(recorded.attributes ->> 'distkey' = attribute.attname, false) AS distkey,
       coalesce((SELECT place::integer FROM pg_catalog.jsonb_array_elements_text(recorded.attributes -> 'sortkeys')
                 WITH ORDINALITY AS keys (name, place) WHERE name = attribute.attname), 0) AS sortkey,
       recorded.attributes -> 'encodings' ->> attribute.attname AS encoding,
       pg_catalog.pg_get_expr(missing.adbin, missing.adrelid) AS default_text
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = class.oid
LEFT JOIN pg_catalog.pg_attrdef AS missing ON (missing.adrelid, missing.adnum) = (class.oid, attribute.attnum)
LEFT JOIN rs_catalog.table_attributes AS recorded ON recorded.relation = class.oid
WHERE attribute.attnum > 0 AND NOT attribute.attisdropped AND class.relkind IN ('r', 'v', 'm', 'p', 'f');

-- Only tables in schemas of the search path are there.
CREATE OR REPLACE VIEW rs.pg_table_def AS
SELECT schema_name AS schemaname, table_name AS tablename, column_name AS "column", type,
       coalesce(encoding, rs.default_encoding(atttypid, sortkey > 0))::varchar(32) AS encoding,
       distkey, sortkey, attnotnull AS "notnull"
FROM rs_catalog.columns
WHERE relkind = 'r' AND schema_name = ANY (pg_catalog.current_schemas(false))
  AND NOT rs.is_system_schema(schema_name);

CREATE OR REPLACE FUNCTION rs.count_rows(relation oid) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    counted numeric;
BEGIN
    IF pg_catalog.has_table_privilege(relation, 'SELECT') THEN
        EXECUTE pg_catalog.format('SELECT count(*) FROM %s', relation::regclass) INTO counted;
    END IF;
    RETURN counted;
END $$;

CREATE OR REPLACE VIEW rs_catalog.tables AS
SELECT class.oid AS relation, namespace.nspname AS schema_name, class.relname AS table_name,
       recorded.attributes, recorded.attributes ->> 'diststyle' AS diststyle,
       recorded.attributes ->> 'distkey' AS distkey, recorded.attributes ->> 'sortstyle' AS sortstyle,
       recorded.attributes -> 'sortkeys' AS sortkeys
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
LEFT JOIN rs_catalog.table_attributes AS recorded ON recorded.relation = class.oid
WHERE class.relkind = 'r' AND NOT rs.is_system_schema(namespace.nspname);

CREATE OR REPLACE VIEW rs.svv_table_info AS
SELECT pg_catalog.current_database()::text AS database, schema_name::text AS schema, relation AS table_id,
       table_name::text AS "table",
       CASE WHEN attributes ? 'encodings' THEN 'Y' ELSE 'Y, AUTO(ENCODE)' END AS encoded,
       CASE
           WHEN diststyle = 'KEY' THEN 'KEY(' || distkey || ')'
           WHEN diststyle IN ('EVEN', 'ALL') THEN diststyle
           ELSE 'AUTO(ALL)'
       END AS diststyle,
       CASE
           WHEN sortstyle = 'INTERLEAVED' THEN 'INTERLEAVED'
           WHEN pg_catalog.jsonb_array_length(sortkeys) > 0 THEN sortkeys ->> 0
           WHEN coalesce(sortstyle, 'AUTO') = 'AUTO' THEN 'AUTO(SORTKEY)'
       END AS sortkey1,
       (SELECT max(atttypmod - 4) FROM pg_catalog.pg_attribute
        WHERE attrelid = relation AND atttypid = 'varchar'::regtype) AS max_varchar,
       'none'::varchar(32) AS sortkey1_enc,
       coalesce(pg_catalog.jsonb_array_length(sortkeys), 0) AS sortkey_num,
       (pg_catalog.pg_table_size(relation) / 1048576 + 1)::bigint AS size,
       0::numeric(10, 4) AS pct_used, 0::bigint AS empty, 0::numeric(5, 2) AS unsorted,
       0::numeric(5, 2) AS stats_off, rs.count_rows(relation)::numeric(38, 0) AS tbl_rows,
       NULL::numeric(19, 2) AS skew_sortkey1, 1::numeric(19, 2) AS skew_rows,
       rs.count_rows(relation)::numeric(38, 0) AS estimated_visible_rows, NULL::text AS risk_event,
       0::numeric(12, 2) AS vacuum_sort_benefit
FROM rs_catalog.tables
-- "Doesn't return any information for empty tables"
WHERE rs.count_rows(relation) IS DISTINCT FROM 0;

CREATE OR REPLACE VIEW rs.svv_tables AS
SELECT table_catalog::text, table_schema::text, table_name::text, table_type::text, NULL::text AS remarks
FROM information_schema.tables
WHERE NOT rs.is_system_schema(table_schema) OR table_schema IN ('pg_catalog', 'information_schema');

CREATE OR REPLACE VIEW rs.svv_columns AS
SELECT table_catalog::text, table_schema::text, table_name::text, column_name::text,
       ordinal_position::integer, column_default::text, is_nullable::text, data_type::text,
       character_maximum_length::integer, numeric_precision::integer,
       numeric_precision_radix::integer, numeric_scale::integer, datetime_precision::integer,
       interval_type::text, interval_precision::text, character_set_catalog::text,
       character_set_schema::text, character_set_name::text, collation_catalog::text,
       collation_schema::text, collation_name::text, domain_name::text, NULL::text AS remarks
FROM information_schema.columns
WHERE table_schema NOT IN ('rs', 'rs_catalog', 'lochan_system');

CREATE OR REPLACE VIEW rs.svv_all_tables AS
SELECT pg_catalog.current_database()::text AS database_name, table_schema AS schema_name, table_name,
       CASE table_type WHEN 'BASE TABLE' THEN 'TABLE' ELSE table_type END AS table_type, remarks
FROM rs.svv_tables;
CREATE OR REPLACE VIEW rs.svv_redshift_tables AS SELECT * FROM rs.svv_all_tables;
CREATE OR REPLACE VIEW rs.svv_all_columns AS
SELECT pg_catalog.current_database()::text AS database_name, table_schema AS schema_name, table_name,
       column_name, ordinal_position, column_default, is_nullable, data_type,
       character_maximum_length, numeric_precision, numeric_scale, remarks
FROM rs.svv_columns;
CREATE OR REPLACE VIEW rs.svv_redshift_columns AS SELECT * FROM rs.svv_all_columns;
CREATE OR REPLACE VIEW rs.svv_all_schemas AS
SELECT pg_catalog.current_database()::text AS database_name, nspname::text AS schema_name,
       nspowner::integer AS schema_owner,
       CASE WHEN external.name IS NULL THEN 'local' ELSE 'external' END AS schema_type,
       coalesce(pg_catalog.array_to_string(nspacl, '|'), '') AS schema_acl,
       external.database_name AS source_database, external.options AS schema_option
FROM pg_catalog.pg_namespace LEFT JOIN rs_catalog.external_schemas AS external ON external.name = nspname
WHERE nspname NOT LIKE 'pg\_%' AND NOT rs.is_system_schema(nspname);
CREATE OR REPLACE VIEW rs.svv_redshift_schemas AS
SELECT database_name, schema_name, schema_owner, schema_type, schema_acl, schema_option
FROM rs.svv_all_schemas WHERE schema_type = 'local';
CREATE OR REPLACE VIEW rs.svv_external_schemas AS
SELECT namespace.oid AS esoid, 1::smallint AS eskind, external.name AS schemaname,
       external.owner AS esowner, external.database_name AS databasename, external.options AS esoptions
FROM rs_catalog.external_schemas AS external
JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = external.name;
-- There are no external tables here yet.
CREATE OR REPLACE VIEW rs.svv_external_tables AS
SELECT NULL::text AS schemaname, NULL::text AS tablename, NULL::text AS location WHERE false;
CREATE OR REPLACE VIEW rs.svv_external_columns AS
SELECT NULL::text AS schemaname, NULL::text AS tablename, NULL::text AS columnname,
       NULL::text AS external_type, NULL::integer AS columnnum, NULL::integer AS part_key WHERE false;

CREATE OR REPLACE VIEW rs.svv_relation_privileges AS
SELECT table_schema::text AS namespace_name, table_name::text AS relation_name,
       privilege_type::text, 0 AS identity_id, grantee::text AS identity_name,
       CASE grantee WHEN 'PUBLIC' THEN 'public' ELSE 'user' END AS identity_type,
       is_grantable = 'YES' AS admin_option
FROM information_schema.table_privileges
WHERE table_schema NOT IN ('rs', 'rs_catalog', 'lochan_system', 'pg_catalog', 'information_schema');

CREATE OR REPLACE VIEW rs.stl_load_errors AS SELECT * FROM lochan_system.stl_load_errors;
CREATE OR REPLACE VIEW rs.sys_load_error_detail AS
SELECT userid AS user_id, query AS query_id, tbl AS table_id, starttime AS start_time,
       session AS session_id, filename AS file_name, line_number, colname AS column_name,
       type AS column_type, col_length AS column_length, position, err_code AS error_code,
       err_reason AS error_message
FROM lochan_system.stl_load_errors;

-- A user sees its own statements; a superuser, or who has the role sys:monitor, everybody's:
-- https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html#c_visibility-of-data
CREATE OR REPLACE VIEW rs_catalog.visible_queries AS
SELECT coalesce(usesysid::integer, 0) AS userid, logged.*,
       logged.querytxt ~* '^\s*create\M.*\mtable\M.*\mas\M\s*\(?\s*(select|with)\M' AS makes_table,
       (starttime AT TIME ZONE 'UTC') AS started, (endtime AT TIME ZONE 'UTC') AS ended,
       (extract(epoch FROM coalesce(endtime, clock_timestamp()) - starttime) * 1000000)::bigint AS microseconds,
       -- The verb behind comments, and the word after it.
       pg_catalog.regexp_match(lower(pg_catalog.regexp_replace(querytxt,
           '^(\s|/\*.*?\*/|--[^\n]*\n)*', '')), '^([a-z]+)\W*([a-z]*)') AS words
FROM rs_catalog.query_log AS logged LEFT JOIN pg_catalog.pg_user ON usename = user_name
WHERE user_name = current_user OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE');
-- https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERY.html
CREATE OR REPLACE VIEW rs.stl_query AS
SELECT userid, query::integer, 'default'::text AS label, pid, database::varchar(32),
       querytxt::varchar(4000), started AS starttime, ended AS endtime,
       (status = 'canceled')::integer AS aborted
FROM rs_catalog.visible_queries WHERE ended IS NOT NULL;
-- The number of this session's newest statement in the log of queries, -1 before the first.
CREATE OR REPLACE FUNCTION rs.pg_last_query_id() RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce((SELECT max(query)::bigint FROM rs.stl_query
                 WHERE pid = pg_backend_pid() AND querytxt NOT ILIKE '%pg_last_query_id%'), -1);
CREATE OR REPLACE VIEW rs.svl_qlog AS
SELECT userid, query, pid, starttime, pg_catalog.substr(querytxt, 1, 60) AS substring, label FROM rs.stl_query;
-- https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
-- There are no queues, no result cache and no compilation here: their times are 0.
CREATE OR REPLACE VIEW rs.sys_query_history AS
SELECT userid AS user_id, query::bigint AS query_id, 'default'::varchar(320) AS query_label,
       pid AS session_id, database::varchar(128) AS database_name,
       CASE
           WHEN words[1] IN ('select', 'with', 'values', 'fetch') THEN 'SELECT'
           WHEN words[1] IN ('insert', 'update', 'delete', 'merge', 'copy', 'unload') THEN upper(words[1])
           WHEN makes_table THEN 'CTAS'
           WHEN words[1] IN ('create', 'alter', 'drop', 'truncate', 'grant', 'revoke', 'comment') THEN 'DDL'
           WHEN words[1] IN ('begin', 'start', 'commit', 'end', 'rollback', 'abort', 'set', 'reset', 'show',
                             'vacuum', 'analyze', 'lock', 'prepare', 'execute', 'deallocate', 'declare', 'close',
                             'explain', 'cancel', 'call', 'refresh') THEN 'UTILITY'
           ELSE 'OTHER'
       END::varchar(32) AS query_type,
       status::varchar(10), false AS result_cache_hit, started AS start_time, ended AS end_time,
       microseconds AS elapsed_time, 0::bigint AS queue_time, microseconds AS execution_time,
       error::varchar(512) AS error_message,
       CASE WHEN makes_table THEN 0 ELSE returned_rows END AS returned_rows, querytxt::varchar(4000) AS query_text,
       'primary'::varchar(10) AS compute_type, 0::bigint AS compile_time
FROM rs_catalog.visible_queries;
-- Every statement is in the one queue of automatic WLM, where none waits:
-- https://docs.aws.amazon.com/redshift/latest/dg/r_STV_WLM_QUERY_STATE.html
CREATE OR REPLACE VIEW rs.stv_wlm_query_state AS
SELECT query::integer AS task, query::integer, 100 AS service_class, 1 AS slot_count,
       started AS wlm_start_time, 'Running'::varchar(16) AS state, 0::bigint AS queue_time,
       microseconds AS exec_time, 'Normal'::varchar(20) AS query_priority
FROM rs_catalog.visible_queries WHERE ended IS NULL;
-- https://docs.aws.amazon.com/redshift/latest/dg/r_STV_PARTITIONS.html
CREATE OR REPLACE VIEW rs.stv_partitions AS
SELECT 0 AS owner, 0 AS host, 0 AS diskno, 0::bigint AS part_begin, capacity AS part_end,
       used::integer, 0 AS tossed, capacity::integer, 0 AS is_san, 0 AS failed
FROM rs_catalog.disk;
-- https://docs.aws.amazon.com/redshift/latest/dg/r_STV_NODE_STORAGE_CAPACITY.html
CREATE OR REPLACE VIEW rs.stv_node_storage_capacity AS
SELECT 0 AS node, used::integer, capacity::integer FROM rs_catalog.disk;
CREATE OR REPLACE VIEW rs.stv_recents AS
SELECT usesysid::integer AS userid,
       CASE state WHEN 'active' THEN 'Running' ELSE 'Done' END::varchar(20) AS status,
       (query_start AT TIME ZONE 'UTC') AS starttime,
       (extract(epoch FROM clock_timestamp() - query_start) * 1000000)::integer AS duration,
       usename::varchar(50) AS user_name, datname::varchar(50) AS db_name,
       query::varchar(600) AS query, CASE state WHEN 'active' THEN pid ELSE -1 END AS pid
FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' AND query_start IS NOT NULL
  AND usename <> 'postgres';
CREATE OR REPLACE VIEW rs.stv_sessions AS
SELECT (backend_start AT TIME ZONE 'UTC') AS starttime, pid AS process,
       usename::varchar(50) AS user_name, datname::varchar(50) AS db_name
FROM pg_catalog.pg_stat_activity
WHERE backend_type = 'client backend' AND usename <> 'postgres';

-- What SHOW lists: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLES.html
CREATE OR REPLACE FUNCTION rs.show_databases(pattern text)
RETURNS TABLE (database_name text, database_owner integer, database_type text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT datname::text, datdba::integer, 'local' FROM pg_catalog.pg_database
    WHERE datname = current_database() AND datname LIKE pattern ORDER BY 1;
END;
CREATE OR REPLACE FUNCTION rs.show_schemas(pattern text)
RETURNS TABLE (database_name text, schema_name text, schema_owner integer, schema_type text, schema_acl text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.database_name, s.schema_name, s.schema_owner, s.schema_type, s.schema_acl
    FROM rs.svv_all_schemas AS s WHERE s.schema_name LIKE pattern ORDER BY 2;
END;
CREATE OR REPLACE FUNCTION rs.show_tables(wanted_schema text, pattern text)
RETURNS TABLE (database_name text, schema_name text, table_name text, table_type text, table_acl text, remarks text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT t.database_name, t.schema_name, t.table_name, t.table_type, NULL::text, t.remarks
    FROM rs.svv_all_tables AS t
    WHERE t.schema_name = wanted_schema AND t.table_name LIKE pattern ORDER BY 3;
END;
CREATE OR REPLACE FUNCTION rs.show_columns(wanted_schema text, wanted_table text, pattern text)
RETURNS TABLE (database_name text, schema_name text, table_name text, column_name text,
               ordinal_position integer, column_default text, is_nullable text, data_type text,
               character_maximum_length integer, numeric_precision integer, numeric_scale integer,
               remarks text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT * FROM rs.svv_all_columns AS c
    WHERE c.schema_name = wanted_schema AND c.table_name = wanted_table AND c.column_name LIKE pattern
    ORDER BY 5;
END;
CREATE OR REPLACE FUNCTION rs.show_table(name text) RETURNS TABLE ("Show Table DDL statement" text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT pg_catalog.format(E'CREATE TABLE %s.%s (\n%s\n)\nDISTSTYLE %s%s;', t.schema_name, t.table_name,
        (SELECT pg_catalog.string_agg(pg_catalog.format('    %s %s%s%s ENCODE %s', c.column_name, c.type,
                CASE WHEN c.attnotnull THEN ' NOT NULL' ELSE '' END,
                CASE WHEN c.default_text IS NOT NULL THEN ' DEFAULT ' || c.default_text ELSE '' END,
                coalesce(c.encoding, rs.default_encoding(c.atttypid, c.sortkey > 0))),
            E',\n' ORDER BY c.ordinal)
         FROM rs_catalog.columns AS c WHERE c.relation = t.relation),
        CASE WHEN t.diststyle = 'KEY' THEN 'KEY DISTKEY ( ' || t.distkey || ' )'
             ELSE coalesce(t.diststyle, 'AUTO') END,
        CASE WHEN pg_catalog.jsonb_array_length(t.sortkeys) > 0
             THEN E'\n' || CASE t.sortstyle WHEN 'INTERLEAVED' THEN 'INTERLEAVED ' ELSE '' END || 'SORTKEY ( '
                  || (SELECT pg_catalog.string_agg(key, ', ') FROM pg_catalog.jsonb_array_elements_text(t.sortkeys) AS key)
                  || ' )'
             ELSE '' END)
    FROM rs_catalog.tables AS t WHERE t.relation = name::regclass;
END;
CREATE OR REPLACE FUNCTION rs.show_view(name text) RETURNS TABLE ("Show View DDL statement" text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT 'CREATE VIEW ' || name || ' AS ' || pg_catalog.pg_get_viewdef(name::regclass);
END;
CREATE OR REPLACE FUNCTION rs.analyze_compression(name text)
RETURNS TABLE ("table" text, "column" text, encoding text, est_reduction_pct numeric(5, 2))
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT c.table_name::text, c.column_name::text,
           rs.default_encoding(c.atttypid, c.sortkey > 0), 0::numeric(5, 2)
    FROM rs_catalog.columns AS c WHERE c.relation = name::regclass ORDER BY c.ordinal;
END;

GRANT SELECT ON ALL TABLES IN SCHEMA rs TO PUBLIC;
-- "Visible only to superusers" on its page, and to the role sys:monitor.
REVOKE SELECT ON rs.stv_partitions, rs.stv_node_storage_capacity FROM PUBLIC;
GRANT SELECT ON rs.stv_partitions, rs.stv_node_storage_capacity TO pg_monitor;
GRANT SELECT ON rs_catalog.columns, rs_catalog.tables TO PUBLIC;
