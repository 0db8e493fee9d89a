-- https://docs.aws.amazon.com/redshift/latest/dg/Date_functions_header.html
-- https://docs.aws.amazon.com/redshift/latest/dg/r_Dateparts_for_datetime_functions.html
CREATE OR REPLACE FUNCTION rs.getdate() RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.date_trunc('second', statement_timestamp()::timestamp);

CREATE OR REPLACE FUNCTION rs.sysdate() RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
RETURN transaction_timestamp()::timestamp;

CREATE OR REPLACE FUNCTION rs.unknown_part(part text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RAISE invalid_parameter_value USING MESSAGE = format('date part "%s" not recognized', part);
END $$;

-- Every name that Redshift has for a part, under the name that PostgreSQL has for it.
CREATE OR REPLACE FUNCTION rs.canonical_part(part text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE
    WHEN lower(part) IN ('millennium', 'millennia', 'mil', 'mils') THEN 'millennium'
    WHEN lower(part) IN ('century', 'centuries', 'c', 'cent', 'cents') THEN 'century'
    WHEN lower(part) IN ('decade', 'decades', 'dec', 'decs') THEN 'decade'
    WHEN lower(part) IN ('year', 'years', 'y', 'yr', 'yrs') THEN 'year'
    WHEN lower(part) IN ('quarter', 'quarters', 'qtr', 'qtrs') THEN 'quarter'
    WHEN lower(part) IN ('month', 'months', 'mon', 'mons') THEN 'month'
    WHEN lower(part) IN ('week', 'weeks', 'w') THEN 'week'
    WHEN lower(part) IN ('dayofweek', 'day of week', 'dow', 'dw', 'weekday') THEN 'dow'
    WHEN lower(part) IN ('dayofyear', 'day of year', 'doy', 'dy', 'yearday') THEN 'doy'
    WHEN lower(part) IN ('day', 'days', 'd') THEN 'day'
    WHEN lower(part) IN ('hour', 'hours', 'h', 'hr', 'hrs') THEN 'hour'
    WHEN lower(part) IN ('minute', 'minutes', 'm', 'min', 'mins') THEN 'minute'
    WHEN lower(part) IN ('second', 'seconds', 's', 'sec', 'secs') THEN 'second'
    WHEN lower(part) IN ('millisecond', 'milliseconds', 'ms', 'msec', 'msecs', 'msecond', 'mseconds',
                         'millisec', 'millisecs', 'millisecon') THEN 'millisecond'
    WHEN lower(part) IN ('microsecond', 'microseconds', 'microsec', 'microsecs', 'usecond',
                         'useconds', 'us', 'usec', 'usecs') THEN 'microsecond'
    WHEN lower(part) IN ('epoch', 'timezone', 'timezone_hour', 'timezone_minute') THEN lower(part)
    ELSE rs.unknown_part(part)
END;

CREATE OR REPLACE FUNCTION rs.part_interval(part text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE rs.canonical_part(part)
    WHEN 'millennium' THEN interval '1000 years'
    WHEN 'century' THEN interval '100 years'
    WHEN 'decade' THEN interval '10 years'
    WHEN 'year' THEN interval '1 year'
    WHEN 'quarter' THEN interval '3 months'
    WHEN 'month' THEN interval '1 month'
    WHEN 'week' THEN interval '7 days'
    WHEN 'day' THEN interval '1 day'
    WHEN 'dow' THEN interval '1 day'
    WHEN 'doy' THEN interval '1 day'
    WHEN 'hour' THEN interval '1 hour'
    WHEN 'minute' THEN interval '1 minute'
    WHEN 'second' THEN interval '1 second'
    WHEN 'millisecond' THEN interval '1 millisecond'
    WHEN 'microsecond' THEN interval '1 microsecond'
    ELSE rs.unknown_part(part)::interval
END;

-- DATEADD: a date gives a timestamp; a literal counts as a timestamp.
CREATE OR REPLACE FUNCTION rs.dateadd(part text, count bigint, moment timestamp) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN moment + count * rs.part_interval(part);
CREATE OR REPLACE FUNCTION rs.dateadd(part text, count bigint, moment timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE RETURN moment + count * rs.part_interval(part);
CREATE OR REPLACE FUNCTION rs.dateadd(part text, count bigint, moment date) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN moment + count * rs.part_interval(part);
CREATE OR REPLACE FUNCTION rs.dateadd(part text, count bigint, moment time) RETURNS time
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN moment + count * rs.part_interval(part);
CREATE OR REPLACE FUNCTION rs.dateadd(part text, count bigint, moment text) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE RETURN moment::timestamp + count * rs.part_interval(part);

-- DATEDIFF counts the boundaries of the part between two moments, not elapsed time.
CREATE OR REPLACE FUNCTION rs.boundaries_before(part text, moment timestamp) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE rs.canonical_part(part)
    WHEN 'year' THEN extract(year FROM moment)::bigint
    WHEN 'quarter' THEN (extract(year FROM moment) * 4 + extract(quarter FROM moment))::bigint
    WHEN 'month' THEN (extract(year FROM moment) * 12 + extract(month FROM moment))::bigint
    WHEN 'day' THEN moment::date - date '2000-01-01'
    WHEN 'dow' THEN moment::date - date '2000-01-01'
    WHEN 'doy' THEN moment::date - date '2000-01-01'
    WHEN 'week' THEN (pg_catalog.date_trunc('week', moment)::date - date '2000-01-03') / 7
    WHEN 'hour' THEN floor(extract(epoch FROM moment) / 3600)::bigint
    WHEN 'minute' THEN floor(extract(epoch FROM moment) / 60)::bigint
    WHEN 'second' THEN floor(extract(epoch FROM moment))::bigint
    WHEN 'millisecond' THEN floor(extract(epoch FROM moment) * 1000)::bigint
    WHEN 'microsecond' THEN (extract(epoch FROM moment) * 1000000)::bigint
    WHEN 'decade' THEN extract(decade FROM moment)::bigint
    WHEN 'century' THEN extract(century FROM moment)::bigint
    WHEN 'millennium' THEN extract(millennium FROM moment)::bigint
    ELSE rs.unknown_part(part)::bigint
END;
CREATE OR REPLACE FUNCTION rs.datediff(part text, earlier timestamp, later timestamp) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rs.boundaries_before(part, later) - rs.boundaries_before(part, earlier);
CREATE OR REPLACE FUNCTION rs.datediff(part text, earlier timestamptz, later timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN rs.boundaries_before(part, later::timestamp) - rs.boundaries_before(part, earlier::timestamp);
CREATE OR REPLACE FUNCTION rs.datediff(part text, earlier time, later time) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rs.boundaries_before(part, date '2000-01-01' + later)
     - rs.boundaries_before(part, date '2000-01-01' + earlier);
CREATE OR REPLACE FUNCTION rs.datediff(part text, earlier text, later text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN rs.boundaries_before(part, later::timestamp) - rs.boundaries_before(part, earlier::timestamp);

CREATE OR REPLACE FUNCTION rs.date_part(part text, moment timestamp) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.date_part(rs.canonical_part(part), moment);
CREATE OR REPLACE FUNCTION rs.date_part(part text, moment timestamptz) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE RETURN pg_catalog.date_part(rs.canonical_part(part), moment);
CREATE OR REPLACE FUNCTION rs.date_part(part text, moment date) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.date_part(rs.canonical_part(part), moment);
CREATE OR REPLACE FUNCTION rs.date_part(part text, moment time) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.date_part(rs.canonical_part(part), moment);
CREATE OR REPLACE FUNCTION rs.date_part(part text, length interval) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.date_part(rs.canonical_part(part), length);
CREATE OR REPLACE FUNCTION rs.date_part(part text, moment text) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.date_part(rs.canonical_part(part), moment::timestamp);

-- EXTRACT gives whole numbers, except of a timestamp with time zone.
CREATE OR REPLACE FUNCTION rs.extract_part(part text, moment timestamp) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN floor(rs.date_part(part, moment))::bigint;
CREATE OR REPLACE FUNCTION rs.extract_part(part text, moment timestamptz) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE RETURN rs.date_part(part, moment);
CREATE OR REPLACE FUNCTION rs.extract_part(part text, moment date) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN rs.date_part(part, moment)::bigint;
CREATE OR REPLACE FUNCTION rs.extract_part(part text, moment time) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN floor(rs.date_part(part, moment))::bigint;
CREATE OR REPLACE FUNCTION rs.extract_part(part text, length interval) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN floor(rs.date_part(part, length))::bigint;

CREATE OR REPLACE FUNCTION rs.date_trunc(part text, moment date) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.date_trunc(rs.canonical_part(part), moment::timestamp);
CREATE OR REPLACE FUNCTION rs.date_trunc(part text, moment timestamp) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.date_trunc(rs.canonical_part(part), moment);
CREATE OR REPLACE FUNCTION rs.date_trunc(part text, moment timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE RETURN pg_catalog.date_trunc(rs.canonical_part(part), moment);
CREATE OR REPLACE FUNCTION rs.date_trunc(part text, moment text) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.date_trunc(rs.canonical_part(part), moment::timestamp);

CREATE OR REPLACE FUNCTION rs.trunc(moment timestamp) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN moment::date;
CREATE OR REPLACE FUNCTION rs.date_part_year(moment date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN extract(year FROM moment)::integer;
CREATE OR REPLACE FUNCTION rs.last_day(moment timestamp) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (pg_catalog.date_trunc('month', moment) + interval '1 month - 1 day')::date;

-- ADD_MONTHS keeps month ends, unlike DATEADD.
CREATE OR REPLACE FUNCTION rs.add_months(moment timestamp, months bigint) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE
    WHEN moment::date = rs.last_day(moment)
    THEN rs.last_day(moment + months * interval '1 month') + moment::time
    ELSE moment + months * interval '1 month'
END;

-- Whole months where the days are equal or both the last, else a fraction of 31 days.
CREATE OR REPLACE FUNCTION rs.months_between(later timestamp, earlier timestamp)
RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
(rs.boundaries_before('month', later) - rs.boundaries_before('month', earlier)) +
CASE
    WHEN later::date = rs.last_day(later) AND earlier::date = rs.last_day(earlier) THEN 0
    WHEN extract(day FROM later) = extract(day FROM earlier) THEN 0
    ELSE (extract(epoch FROM later - pg_catalog.date_trunc('month', later))
          - extract(epoch FROM earlier - pg_catalog.date_trunc('month', earlier)))::double precision
         / (31 * 86400)
END;

CREATE OR REPLACE FUNCTION rs.next_day(moment date, weekday text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT moment + days FROM generate_series(1, 7) AS days
    WHERE starts_with(trim(to_char(moment + days, 'day')), lower(weekday))
       OR lower(weekday) = 'tues' AND extract(dow FROM moment + days) = 2
);

CREATE OR REPLACE FUNCTION rs.convert_timezone(source text, target text, moment timestamp)
RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
RETURN (moment AT TIME ZONE source) AT TIME ZONE target;
CREATE OR REPLACE FUNCTION rs.convert_timezone(target text, moment timestamp) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE RETURN (moment AT TIME ZONE 'UTC') AT TIME ZONE target;
CREATE OR REPLACE FUNCTION rs.convert_timezone(target text, moment timestamptz) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE RETURN moment AT TIME ZONE target;

CREATE OR REPLACE FUNCTION rs.date_cmp(one date, other date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN one < other THEN -1 WHEN one > other THEN 1 WHEN one = other THEN 0 END;
CREATE OR REPLACE FUNCTION rs.timestamp_cmp(one timestamp, other timestamp) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN one < other THEN -1 WHEN one > other THEN 1 WHEN one = other THEN 0 END;
