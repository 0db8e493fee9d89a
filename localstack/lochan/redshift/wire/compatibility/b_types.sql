-- Types that PostgreSQL has under no name.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES
        ('super', 'jsonb'), ('geometry', 'bytea'), ('geography', 'bytea'), ('hllsketch', 'bytea')
    ) AS types (name, base) LOOP
        IF pg_catalog.to_regtype('rs.' || wanted.name) IS NULL THEN
            EXECUTE pg_catalog.format('CREATE DOMAIN rs.%I AS pg_catalog.%s', wanted.name, wanted.base);
        END IF;
    END LOOP;
END $$;

-- TRY_CAST gives NULL where CAST raises.
CREATE OR REPLACE FUNCTION rs.try_cast(value text, template anyelement) RETURNS anyelement
LANGUAGE plpgsql STABLE AS $$
DECLARE
    converted template%TYPE;
BEGIN
    converted := value;
    RETURN converted;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
