-- https://docs.aws.amazon.com/redshift/latest/dg/String_functions_header.html
CREATE OR REPLACE FUNCTION rs.len(value text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN length(value);
CREATE OR REPLACE FUNCTION rs.len(value bpchar) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN length(value);
CREATE OR REPLACE FUNCTION rs.charindex(part text, value text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN strpos(value, part);
CREATE OR REPLACE FUNCTION rs.replicate(value text, times integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN repeat(value, times);
-- CONCAT with NULL is NULL.
CREATE OR REPLACE FUNCTION rs.concat(one text, other text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN one || other;

-- REGEXP_REPLACE replaces every match, REGEXP_SUBSTR gives '' where there is none.
CREATE OR REPLACE FUNCTION rs.regexp_replace(source text, pattern text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.regexp_replace(source, pattern, '', 'g');
CREATE OR REPLACE FUNCTION rs.regexp_replace(source text, pattern text, replacement text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.regexp_replace(source, pattern,
    pg_catalog.regexp_replace(replacement, '[$]([0-9])', E'\\\\\\1', 'g'), 'g');
CREATE OR REPLACE FUNCTION rs.regexp_replace(
    source text, pattern text, replacement text, start integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.regexp_replace(source, pattern,
    pg_catalog.regexp_replace(replacement, '[$]([0-9])', E'\\\\\\1', 'g'), start, 0);
CREATE OR REPLACE FUNCTION rs.regexp_substr(
    source text, pattern text, start integer DEFAULT 1, occurrence integer DEFAULT 1,
    parameters text DEFAULT 'c') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE WHEN source IS NULL OR pattern IS NULL THEN NULL
ELSE coalesce(pg_catalog.regexp_substr(source, pattern, start, occurrence,
                                       translate(parameters, 'ep', ''),
                                       CASE WHEN position('e' IN parameters) > 0 THEN 1 ELSE 0 END), '')
END;

-- STRTOL reads a number of any base from 2 to 36.
CREATE OR REPLACE FUNCTION rs.strtol(number_text text, base integer) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    digits text := lower(trim(number_text));
    is_negative boolean := starts_with(digits, '-');
    total numeric := 0;
    digit integer;
BEGIN
    digits := ltrim(digits, '+-');
    IF base = 16 AND starts_with(digits, '0x') THEN
        digits := substr(digits, 3);
    END IF;
    FOR place IN 1..length(digits) LOOP
        digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(digits, place, 1)) - 1;
        IF digit < 0 OR digit >= base THEN
            RAISE invalid_parameter_value USING MESSAGE = format(
                'The input %s is not valid to be converted to base %s', number_text, base);
        END IF;
        total := total * base + digit;
    END LOOP;
    RETURN CASE WHEN is_negative THEN -total ELSE total END;
END $$;

-- SHA-1 (FIPS 180-4), which PostgreSQL has only in an extension.
CREATE OR REPLACE FUNCTION rs.func_sha1(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    mask constant bigint := 4294967295;
    message bytea := convert_to(value, 'UTF8');
    bits constant bigint := octet_length(message) * 8;
    h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520]::bigint[];
    w bigint[];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; turned bigint;
BEGIN
    message := message || decode('80', 'hex')
        || decode(repeat('00', (119 - octet_length(message) % 64) % 64), 'hex') || int8send(bits);
    FOR block IN 0..octet_length(message) / 64 - 1 LOOP
        FOR t IN 0..79 LOOP
            IF t < 16 THEN
                w[t] := (get_byte(message, block * 64 + t * 4)::bigint << 24)
                      + (get_byte(message, block * 64 + t * 4 + 1)::bigint << 16)
                      + (get_byte(message, block * 64 + t * 4 + 2)::bigint << 8)
                      + get_byte(message, block * 64 + t * 4 + 3);
            ELSE
                turned := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
                w[t] := ((turned << 1) | (turned >> 31)) & mask;
            END IF;
        END LOOP;
        a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
        FOR t IN 0..79 LOOP
            IF t < 20 THEN
                f := (b & c) | ((b # mask) & d); k := 1518500249;
            ELSIF t < 40 THEN
                f := b # c # d; k := 1859775393;
            ELSIF t < 60 THEN
                f := (b & c) | (b & d) | (c & d); k := 2400959708;
            ELSE
                f := b # c # d; k := 3395469782;
            END IF;
            turned := (((((a << 5) | (a >> 27)) & mask) + f + e + k + w[t])) & mask;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := turned;
        END LOOP;
        h := ARRAY[h[1] + a, h[2] + b, h[3] + c, h[4] + d, h[5] + e];
        FOR word IN 1..5 LOOP
            h[word] := h[word] & mask;
        END LOOP;
    END LOOP;
    RETURN (SELECT string_agg(lpad(to_hex(word), 8, '0'), '' ORDER BY place)
            FROM unnest(h) WITH ORDINALITY AS words (word, place));
END $$;
CREATE OR REPLACE FUNCTION rs.sha1(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN rs.func_sha1(value);
CREATE OR REPLACE FUNCTION rs.sha(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN rs.func_sha1(value);
CREATE OR REPLACE FUNCTION rs.sha2(value text, bits integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN encode(
CASE bits
    WHEN 0 THEN sha256(convert_to(value, 'UTF8'))
    WHEN 224 THEN sha224(convert_to(value, 'UTF8'))
    WHEN 256 THEN sha256(convert_to(value, 'UTF8'))
    WHEN 384 THEN sha384(convert_to(value, 'UTF8'))
    WHEN 512 THEN sha512(convert_to(value, 'UTF8'))
END, 'hex');

-- FNV-1a of 64 bits, as a signed number.
CREATE OR REPLACE FUNCTION rs.fnv_bytes(value bytea, seed numeric) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    modulus constant numeric := 18446744073709551616;
    high bigint; low bigint;
    hash numeric := (seed + modulus) % modulus;
BEGIN
    FOR place IN 0..octet_length(value) - 1 LOOP
        high := div(hash, 4294967296); low := hash % 4294967296;
        low := low # get_byte(value, place);
        hash := ((high::numeric * 4294967296 + low) * 1099511628211) % modulus;
    END LOOP;
    RETURN CASE WHEN hash >= modulus / 2 THEN hash - modulus ELSE hash END;
END $$;
CREATE OR REPLACE FUNCTION rs.reversed(value bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN reverse(value);
CREATE OR REPLACE FUNCTION rs.fnv_hash(value text, seed bigint DEFAULT -3750763034362895579)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rs.fnv_bytes(convert_to(value, 'UTF8'), seed);
CREATE OR REPLACE FUNCTION rs.fnv_hash(value integer, seed bigint DEFAULT -3750763034362895579)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rs.fnv_bytes(rs.reversed(int4send(value)), seed);
CREATE OR REPLACE FUNCTION rs.fnv_hash(value bigint, seed bigint DEFAULT -3750763034362895579)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rs.fnv_bytes(rs.reversed(int8send(value)), seed);
