-- What Redshift remembers and PostgreSQL has no place for.
CREATE SCHEMA IF NOT EXISTS rs;
CREATE SCHEMA IF NOT EXISTS rs_catalog;
GRANT USAGE ON SCHEMA rs, rs_catalog TO PUBLIC;

CREATE TABLE IF NOT EXISTS rs_catalog.table_attributes (
    relation oid PRIMARY KEY,
    attributes jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS rs_catalog.external_schemas (
    name text PRIMARY KEY,
    owner oid NOT NULL,
    database_name text NOT NULL,
    options text NOT NULL
);
CREATE TABLE IF NOT EXISTS rs_catalog.query_log (
    query bigint PRIMARY KEY,
    user_name text NOT NULL,
    pid integer NOT NULL,
    database text NOT NULL,
    querytxt text NOT NULL,
    starttime timestamptz NOT NULL,
    endtime timestamptz,
    status text NOT NULL,
    error text NOT NULL,
    returned_rows bigint NOT NULL
);
-- Of the file system that holds the data, in blocks of 1 MB: one row, or none where nobody knows.
CREATE TABLE IF NOT EXISTS rs_catalog.disk (used bigint NOT NULL, capacity bigint NOT NULL);
GRANT SELECT ON rs_catalog.table_attributes, rs_catalog.external_schemas TO PUBLIC;

-- Runs as the owner of the catalog; the caller has to own the table.
CREATE OR REPLACE FUNCTION rs_catalog.save(target oid, added jsonb, keep boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class
                   WHERE oid = target AND pg_has_role(session_user, relowner, 'MEMBER')) THEN
        RAISE insufficient_privilege USING MESSAGE = format('must be owner of table %s', target::regclass);
    END IF;
    INSERT INTO rs_catalog.table_attributes AS recorded VALUES (target, jsonb_strip_nulls(added))
    ON CONFLICT (relation) DO UPDATE SET attributes = CASE WHEN keep THEN recorded.attributes
        ELSE jsonb_strip_nulls(recorded.attributes || added || jsonb_build_object('encodings',
            coalesce(recorded.attributes -> 'encodings', '{}') || coalesce(added -> 'encodings', '{}')))
        END;
END $$;

-- An object identifier may come again for another table.
CREATE OR REPLACE FUNCTION rs_catalog.forget_dropped() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM rs_catalog.table_attributes
    WHERE relation IN (SELECT objid FROM pg_event_trigger_dropped_objects()
                       WHERE classid = 'pg_class'::regclass AND objsubid = 0);
    DELETE FROM rs_catalog.external_schemas
    WHERE name IN (SELECT object_name FROM pg_event_trigger_dropped_objects()
                   WHERE object_type = 'schema');
END $$;
DROP EVENT TRIGGER IF EXISTS rs_forget_dropped;
CREATE EVENT TRIGGER rs_forget_dropped ON sql_drop EXECUTE FUNCTION rs_catalog.forget_dropped();

-- Record the attributes of a table that was just made; with keep, one that was there stays as it is.
CREATE OR REPLACE FUNCTION rs.record_table(name text, attributes jsonb, keep boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rs_catalog.save(name::regclass, attributes, keep);
END $$;

CREATE OR REPLACE FUNCTION rs.alter_table(name text, attributes jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := attributes;
BEGIN
    IF attributes ? 'distkey' THEN
        PERFORM rs_catalog.check_column(name, attributes ->> 'distkey');
    ELSIF attributes ? 'diststyle' THEN
        changed := changed || '{"distkey": null}';
    END IF;
    IF attributes ->> 'sortstyle' IN ('AUTO', 'NONE') THEN
        changed := changed || '{"sortkeys": []}';
    END IF;
    PERFORM rs_catalog.save(name::regclass, changed, false);
END $$;

CREATE OR REPLACE FUNCTION rs_catalog.check_column(name text, wanted text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                   WHERE attrelid = name::regclass AND attname = wanted AND NOT attisdropped) THEN
        RAISE undefined_column
        USING MESSAGE = format('column "%s" of relation "%s" does not exist', wanted, name::regclass);
    END IF;
END $$;

-- CREATE TABLE ... (LIKE parent) inherits distribution, sort keys and backup, not the keys.
CREATE OR REPLACE FUNCTION rs.inherit_table(child text, parent text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    inherited jsonb;
BEGIN
    SELECT attributes - 'primary_key' - 'unique_keys' - 'foreign_keys' INTO inherited
    FROM rs_catalog.table_attributes WHERE relation = parent::regclass;
    IF inherited IS NOT NULL THEN
        PERFORM rs_catalog.save(child::regclass, inherited, false);
    END IF;
END $$;

-- A VARCHAR's length in bytes is a CHECK whose name tells the type: see rewrites/columns.py.
CREATE OR REPLACE FUNCTION rs.change_length(name text, changed_column text, bytes integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    old_check text;
BEGIN
    FOR old_check IN
        SELECT conname FROM pg_catalog.pg_constraint
        JOIN pg_catalog.pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
        WHERE conrelid = name::regclass AND contype = 'c' AND attname = changed_column
          AND pg_catalog.starts_with(conname::text, 'varchar(')
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', name, old_check);
    END LOOP;
    EXECUTE pg_catalog.format(
        'ALTER TABLE %s ADD CONSTRAINT %I CHECK (pg_catalog.octet_length(%I) <= %s)',
        name, pg_catalog.format('varchar(%s)$%s', bytes, changed_column), changed_column, bytes);
END $$;

-- ALTER TABLE APPEND: every row of the source moves; columns are matched by name.
CREATE OR REPLACE FUNCTION rs.append_table(target text, source text, option text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target_columns text[] := rs_catalog.column_names(target);
    source_columns text[] := rs_catalog.column_names(source);
    shared text;
BEGIN
    IF option <> 'ignoreextra' AND NOT source_columns <@ target_columns THEN
        RAISE 'columns of table % are missing in table %', source, target
        USING ERRCODE = 'XX000', HINT = 'Use IGNOREEXTRA.';
    END IF;
    IF option <> 'filltarget' AND NOT target_columns <@ source_columns THEN
        RAISE 'columns of table % are missing in table %', target, source
        USING ERRCODE = 'XX000', HINT = 'Use FILLTARGET.';
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ') INTO shared
    FROM pg_catalog.unnest(target_columns) AS name WHERE name = ANY (source_columns);
    EXECUTE pg_catalog.format(
        'INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s', target, shared, shared, source);
    EXECUTE pg_catalog.format('TRUNCATE %s', source);
END $$;

CREATE OR REPLACE FUNCTION rs_catalog.column_names(name text) RETURNS text[] LANGUAGE sql STABLE
RETURN (SELECT pg_catalog.array_agg(attname::text ORDER BY attnum) FROM pg_catalog.pg_attribute
        WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped);

CREATE OR REPLACE FUNCTION rs_catalog.save_external_schema(schema_name text, database text, options text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO rs_catalog.external_schemas
    SELECT schema_name, oid, database, options FROM pg_roles WHERE rolname = session_user
    ON CONFLICT DO NOTHING;
$$;

CREATE OR REPLACE FUNCTION rs.record_external_schema(
    schema_name text, database text, options text, if_not_exists boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE pg_catalog.format('CREATE SCHEMA %s %I',
        CASE WHEN if_not_exists THEN 'IF NOT EXISTS' ELSE '' END, schema_name);
    PERFORM rs_catalog.save_external_schema(schema_name, database, options);
END $$;
