-- https://docs.aws.amazon.com/redshift/latest/dg/c_Aggregate_Functions.html
-- AVG of whole numbers is a whole number.
CREATE OR REPLACE FUNCTION rs.whole_average(state bigint[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN state[1] > 0 THEN state[2] / state[1] END;
CREATE OR REPLACE AGGREGATE rs.avg(integer) (
    SFUNC = int4_avg_accum, STYPE = bigint[], INITCOND = '{0,0}',
    FINALFUNC = rs.whole_average, COMBINEFUNC = int4_avg_combine, PARALLEL = SAFE);
CREATE OR REPLACE AGGREGATE rs.avg(smallint) (
    SFUNC = int2_avg_accum, STYPE = bigint[], INITCOND = '{0,0}',
    FINALFUNC = rs.whole_average, COMBINEFUNC = int4_avg_combine, PARALLEL = SAFE);
CREATE OR REPLACE FUNCTION rs.add_to_average(state numeric[], value bigint) RETURNS numeric[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE WHEN value IS NULL THEN state ELSE ARRAY[state[1] + 1, state[2] + value] END;
CREATE OR REPLACE FUNCTION rs.whole_average(state numeric[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN state[1] > 0 THEN trunc(state[2] / state[1])::bigint END;
CREATE OR REPLACE AGGREGATE rs.avg(bigint) (
    SFUNC = rs.add_to_average, STYPE = numeric[], INITCOND = '{0,0}',
    FINALFUNC = rs.whole_average, PARALLEL = SAFE);

-- MEDIAN, also as a window function, which PostgreSQL's percentile_cont cannot be.
CREATE OR REPLACE FUNCTION rs.middle(state double precision[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM unnest(state) AS value);
CREATE OR REPLACE FUNCTION rs.middle(state numeric[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT avg(value) FROM (
        SELECT value, row_number() OVER (ORDER BY value) AS place, count(*) OVER () AS total
        FROM unnest(state) AS value WHERE value IS NOT NULL) AS ordered
    WHERE place IN ((total + 1) / 2, (total + 2) / 2));
CREATE OR REPLACE FUNCTION rs.middle(state bigint[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN rs.middle(state::numeric[]);
CREATE OR REPLACE FUNCTION rs.middle(state integer[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN rs.middle(state::numeric[]);
CREATE OR REPLACE AGGREGATE rs.median(bigint) (
    SFUNC = array_append, STYPE = bigint[], FINALFUNC = rs.middle);
CREATE OR REPLACE AGGREGATE rs.median(integer) (
    SFUNC = array_append, STYPE = integer[], FINALFUNC = rs.middle);
CREATE OR REPLACE AGGREGATE rs.median(double precision) (
    SFUNC = array_append, STYPE = double precision[], FINALFUNC = rs.middle);
CREATE OR REPLACE AGGREGATE rs.median(numeric) (
    SFUNC = array_append, STYPE = numeric[], FINALFUNC = rs.middle);

-- IGNORE NULLS: a strict transition skips NULL and starts with the first value.
CREATE OR REPLACE FUNCTION rs.keep_first(state anyelement, value anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT state $$;
CREATE OR REPLACE FUNCTION rs.keep_last(state anyelement, value anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT value $$;
CREATE OR REPLACE AGGREGATE rs.first_value_ignoring_nulls(anyelement) (
    SFUNC = rs.keep_first, STYPE = anyelement);
CREATE OR REPLACE AGGREGATE rs.last_value_ignoring_nulls(anyelement) (
    SFUNC = rs.keep_last, STYPE = anyelement);
