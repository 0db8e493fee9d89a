import pytest

from lochan.redshift.wire.actions import Forward, Script
from lochan.redshift.wire.rewrites.refusals import REFUSALS
from lochan.redshift.wire.rewrites.row import DOCS, Context
from lochan.redshift.wire.rewrites.table import REWRITES
from lochan.redshift.wire.router import route

EXAMPLES = [
    pytest.param(redshift, postgres, id=f"{row.name}-{number}")
    for row in REWRITES
    for number, (redshift, postgres) in enumerate(row.examples)
]


def text_of(action) -> str:
    if isinstance(action, Forward):
        return action.sql
    assert isinstance(action, Script)
    commit = ("COMMIT",) if action.commits and action.statements[0].startswith("TRUNCATE") else ()
    return "; ".join((*commit, *action.statements))


@pytest.mark.parametrize(("redshift", "postgres"), EXAMPLES)
def test_every_example_of_the_table_is_true(redshift, postgres):
    (action,) = route(redshift, Context("dev"))
    assert text_of(action) == postgres


def test_names_of_rows_are_unique_and_each_has_its_page():
    names = [row.name for row in (*REWRITES, *REFUSALS)]
    assert len(names) == len(set(names))
    assert all(row.source.startswith(f"{DOCS}/") for row in (*REWRITES, *REFUSALS))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a, 'x' AS b FROM m.t AS t WHERE a > 1 -- kept\n AND b IS NOT NULL",
        "INSERT INTO t (a) VALUES ($1),($2)",
        "UPDATE t SET a = u.a FROM u WHERE t.id = u.id",
        "DELETE FROM t USING u WHERE t.id = u.id",
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)",
        "DECLARE c CURSOR FOR SELECT 1",
        "FETCH FORWARD 2 FROM c",
        "DEALLOCATE ALL",
        "DROP TABLE IF EXISTS a, b CASCADE",
        "GRANT SELECT ON ALL TABLES IN SCHEMA m TO PUBLIC",
        "REFRESH MATERIALIZED VIEW v",
        "COMMENT ON TABLE t IS 'x'",
        "EXPLAIN SELECT 1",
        "COMMIT",
        "END",
        "CALL p(1)",
    ],
)
def test_statement_that_is_the_same_in_both_reaches_postgresql_unchanged(sql):
    assert route(sql, Context("dev")) == (Forward(sql),)


def test_quoted_identifiers_keep_their_case_when_the_setting_says_so():
    (action,) = route('SELECT 1 AS "MixedCase"', Context("dev", case_sensitive=True))
    assert action.sql == 'SELECT 1 AS "MixedCase"'


def test_setting_of_case_sensitivity_is_noticed():
    (switched_on,) = route("SET enable_case_sensitive_identifier TO true", Context())
    (reset,) = route("RESET enable_case_sensitive_identifier", Context())
    assert switched_on.case_sensitive is True
    assert reset.tag == "RESET"
