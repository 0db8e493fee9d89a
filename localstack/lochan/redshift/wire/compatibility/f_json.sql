-- https://docs.aws.amazon.com/redshift/latest/dg/json-functions.html
CREATE OR REPLACE FUNCTION rs.is_valid_json(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value IS JSON OBJECT;
CREATE OR REPLACE FUNCTION rs.is_valid_json_array(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value IS JSON ARRAY;
CREATE OR REPLACE FUNCTION rs.can_json_parse(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value IS JSON;

-- Text as JSON, or NULL where it is none and the caller allows that.
CREATE OR REPLACE FUNCTION rs.to_json(value text, null_if_invalid boolean) RETURNS json
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN NOT null_if_invalid OR value IS JSON THEN value::json END;
END $$;

CREATE OR REPLACE FUNCTION rs.json_extract_path_text(value text, VARIADIC path text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.json_extract_path_text(value::json, VARIADIC path);
CREATE OR REPLACE FUNCTION rs.json_extract_path_text(value text, a text, null_if_invalid boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_extract_path_text(rs.to_json(value, null_if_invalid), a);
CREATE OR REPLACE FUNCTION rs.json_extract_path_text(value text, a text, b text, null_if_invalid boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_extract_path_text(rs.to_json(value, null_if_invalid), a, b);
CREATE OR REPLACE FUNCTION rs.json_extract_path_text(
    value text, a text, b text, c text, null_if_invalid boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_extract_path_text(rs.to_json(value, null_if_invalid), a, b, c);
CREATE OR REPLACE FUNCTION rs.json_extract_path_text(
    value text, a text, b text, c text, d text, null_if_invalid boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_extract_path_text(rs.to_json(value, null_if_invalid), a, b, c, d);
CREATE OR REPLACE FUNCTION rs.json_extract_path_text(
    value text, a text, b text, c text, d text, e text, null_if_invalid boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_extract_path_text(rs.to_json(value, null_if_invalid), a, b, c, d, e);

CREATE OR REPLACE FUNCTION rs.json_extract_array_element_text(
    value text, place integer, null_if_invalid boolean DEFAULT false)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rs.to_json(value, null_if_invalid) ->> place;
CREATE OR REPLACE FUNCTION rs.json_array_length(value text, null_if_invalid boolean DEFAULT false)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_array_length(rs.to_json(value, null_if_invalid));

CREATE OR REPLACE FUNCTION rs.json_parse(value text) RETURNS rs.super
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value::jsonb;
CREATE OR REPLACE FUNCTION rs.json_typeof(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN jsonb_typeof(value);
CREATE OR REPLACE FUNCTION rs.get_array_length(value jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) = 'array' THEN jsonb_array_length(value) END;
CREATE OR REPLACE FUNCTION rs.is_array(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN jsonb_typeof(value) = 'array';
CREATE OR REPLACE FUNCTION rs.is_object(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN jsonb_typeof(value) = 'object';

-- JSON_SERIALIZE writes no spaces between the tokens.
CREATE OR REPLACE FUNCTION rs.json_serialize(value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    CASE jsonb_typeof(value)
        WHEN 'object' THEN
            RETURN (SELECT '{' || coalesce(string_agg(to_json(key) || ':' || rs.json_serialize(member), ','), '')
                    || '}' FROM jsonb_each(value) AS members (key, member));
        WHEN 'array' THEN
            RETURN (SELECT '[' || coalesce(string_agg(rs.json_serialize(element), ',' ORDER BY place), '')
                    || ']' FROM jsonb_array_elements(value) WITH ORDINALITY AS elements (element, place));
        ELSE
            RETURN value::text;
    END CASE;
END $$;
