import pytest

from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites.refusals import REFUSALS
from lochan.redshift.wire.rewrites.row import Context
from lochan.redshift.wire.router import route


def refusal_of(sql: str) -> WireError:
    with pytest.raises(WireError) as raised:
        route(sql, Context("dev"))
    return raised.value


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.name)
def test_every_example_is_refused_by_name(row):
    error = refusal_of(row.example)
    assert (error.sqlstate, error.message) == (row.sqlstate, row.message)


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message"),
    [
        ("CREATE TABLE t (a JSONB)", "0A000", 'Column "t.a" has unsupported type "jsonb".'),
        ("CREATE TABLE t (a SERIAL)", "0A000", 'Column "t.a" has unsupported type "serial".'),
        ("CREATE TABLE t (a INT[])", "0A000", 'Column "t.a" has unsupported type "integer[]".'),
        ("CREATE TABLE t (a WIBBLE)", "42704", 'type "wibble" does not exist'),
        ("CREATE TABLE t (a INT CHECK (a > 1))", "0A000", "CHECK constraints are not supported"),
        ("CREATE TABLE t (a INT) DISTKEY(a, b)", "42601", "2 columns in a key that has at most 1"),
        ("CREATE TABLE t (a INT) INHERITS (u)", "42601", 'near "INHERITS"'),
        ("CREATE TABLE t (a VARCHAR(70000))", "42601", "must be between 1 and 65535"),
        ("CREATE TABLE t (a INT ENCODE fast)", "42601", 'near "fast"'),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "42601", 'near "SET"'),
        ("ALTER TABLE t ALTER COLUMN a TYPE BIGINT", "0A000", "VARCHAR of another size only"),
        ("LOCK TABLE t IN SHARE MODE", "42601", 'near "IN"'),
        ("TRUNCATE a, b", "42601", 'near ","'),
        (
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.v > 1 THEN DELETE "
            "WHEN NOT MATCHED THEN INSERT VALUES (1)",
            "0A000",
            "MERGE with WHEN ... AND a condition is not supported",
        ),
        (
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE",
            "42601",
            "MERGE needs one WHEN MATCHED and one WHEN NOT MATCHED clause",
        ),
        ("SET no_such_setting TO 1", "42704", 'unrecognized configuration parameter "no_such'),
        ("SET client_encoding TO 'LATIN1'", "22023", 'client encoding "LATIN1" is not supported'),
        ("SHOW no_such_setting", "42704", 'unrecognized configuration parameter "no_such'),
        ('CREATE SCHEMA "other"."x"', "0A000", 'cross-database reference to database "other"'),
        ("SHOW TABLES FROM SCHEMA other.m", "0A000", "cross-database reference"),
        ("CREATE DATABASE d", "0A000", "CREATE DATABASE is not supported by this stand-in"),
        ("SELECT DECODE(a, 1)", "42601", "function decode has 2 arguments"),
        ("SELECT LAG(x, 2) IGNORE NULLS OVER (ORDER BY o)", "0A000", "offset other than 1"),
        ("SELECT * FROM t QUALIFY row_number() OVER () = 1", "0A000", "QUALIFY with *"),
        ("VACUUM WILDLY t", "42601", 'near "t"'),
        ("CREATE USER u NOSUCHOPTION", "0A000", "the user option NOSUCHOPTION"),
    ],
)
def test_form_that_redshift_or_the_stand_in_lacks_is_refused(sql, sqlstate, message):
    error = refusal_of(sql)
    assert error.sqlstate == sqlstate
    assert message in error.message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'INSERT ... ON CONFLICT' AS returning_text",
        "SELECT a AS lateral_alias, b AS pivot FROM t",
        'SELECT "returning" FROM t',
        "SELECT filter FROM t",
    ],
)
def test_words_that_only_look_like_a_refused_construct_pass(sql):
    assert route(sql, Context("dev"))
