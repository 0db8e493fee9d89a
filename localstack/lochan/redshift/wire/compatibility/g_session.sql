-- https://docs.aws.amazon.com/redshift/latest/dg/r_System_administration_functions.html
CREATE OR REPLACE FUNCTION rs.version() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 '
    || '(Red Hat 3.4.2-6.fc3), Redshift 1.0.75388';
CREATE OR REPLACE FUNCTION rs.current_user_id() RETURNS integer LANGUAGE sql STABLE
RETURN (SELECT usesysid::integer FROM pg_catalog.pg_user WHERE usename = current_user);
CREATE OR REPLACE FUNCTION rs.pg_last_copy_count() RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('rs.last_copy_count', true), ''), '0')::bigint;
CREATE OR REPLACE FUNCTION rs.pg_last_unload_count() RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('rs.last_unload_count', true), ''), '0')::bigint;
CREATE OR REPLACE FUNCTION rs.show_search_path() RETURNS text LANGUAGE sql STABLE
RETURN pg_catalog.regexp_replace(current_setting('search_path'), ', rs, pg_catalog$', '');
CREATE OR REPLACE FUNCTION rs.cancel_query(process integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = process) THEN
        RAISE 'process % does not exist', process USING ERRCODE = 'XX000';
    END IF;
    RETURN pg_catalog.pg_cancel_backend(process);
END $$;
