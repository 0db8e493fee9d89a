"""VACUUM, ANALYZE and CANCEL.

https://docs.aws.amazon.com/redshift/latest/dg/r_VACUUM_command.html
https://docs.aws.amazon.com/redshift/latest/dg/r_ANALYZE.html
"""

from dataclasses import replace

from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import fragment, quote_literal, quote_name
from lochan.redshift.wire.sql.tokens import Tokens, spaced

_VACUUM = f"{DOCS}/r_VACUUM_command.html"
_ANALYZE = f"{DOCS}/r_ANALYZE.html"


def vacuum(statement: Statement) -> Statement | None:
    """Every kind is PostgreSQL's plain VACUUM: there is nothing to sort."""
    cursor = statement.cursor()
    if not cursor.accept("vacuum"):
        return None
    for words in (("full",), ("sort", "only"), ("delete", "only"), ("reindex",), ("recluster",)):
        if cursor.accept(*words):
            break
    name: Tokens = ()
    if not cursor.at_end and not cursor.sees_any("to", "boost"):
        name, _ = cursor.take_qualified_name()
    if cursor.accept("to"):
        cursor.take_integer()
        cursor.expect("percent")
    cursor.accept("boost")
    cursor.expect_end()
    return statement.with_tokens((statement.verb, *spaced(name)))


def analyze(statement: Statement) -> Statement | None:
    """PREDICATE COLUMNS and ALL COLUMNS are a matter of cost, not of meaning."""
    cursor = statement.cursor()
    if not cursor.accept("analyze") or cursor.sees("compression"):
        return None
    cursor.accept("verbose")
    if cursor.at_end:
        return None
    name, _ = cursor.take_qualified_name()
    if cursor.accept("predicate", "columns") or cursor.accept("all", "columns"):
        cursor.expect_end()
        return statement.with_tokens((statement.verb, *spaced(name)))
    return None


def analyze_compression(statement: Statement) -> Statement | None:
    """List each column with the encoding that Redshift chooses by default for its type.

    https://docs.aws.amazon.com/redshift/latest/dg/r_ANALYZE_COMPRESSION.html
    """
    cursor = statement.cursor()
    if not cursor.accept("analyze", "compression"):
        return None
    _, name = cursor.take_qualified_name()
    if cursor.sees_symbol("("):
        cursor.take_names()
    if cursor.accept("comprows"):
        cursor.take_integer()
    cursor.expect_end()
    text = f"SELECT * FROM rs.analyze_compression({quote_literal(quote_name(name))})"
    return statement.with_tokens(fragment(text))


def cancel(statement: Statement) -> Statement | None:
    """CANCEL ends the query of another process.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CANCEL.html
    """
    cursor = statement.cursor()
    if not cursor.accept("cancel"):
        return None
    process = cursor.take_integer()
    _take_message(cursor)
    cursor.expect_end()
    cancelled = statement.with_tokens(fragment(f"SELECT rs.cancel_query({process})"))
    return replace(cancelled, tag="CANCEL")


def _take_message(cursor: Cursor) -> None:
    if not cursor.at_end:
        cursor.take()


REWRITES = (
    Rewrite(
        "VACUUM",
        vacuum,
        redshift="VACUUM SORT ONLY t TO 75 PERCENT BOOST",
        postgres="VACUUM t",
        source=_VACUUM,
        more=(("VACUUM", "VACUUM"),),
    ),
    Rewrite(
        "ANALYZE",
        analyze,
        redshift="ANALYZE t PREDICATE COLUMNS",
        postgres="ANALYZE t",
        source=_ANALYZE,
    ),
    Rewrite(
        "ANALYZE COMPRESSION",
        analyze_compression,
        redshift="ANALYZE COMPRESSION t",
        postgres="SELECT * FROM rs.analyze_compression('\"t\"')",
        source=f"{DOCS}/r_ANALYZE_COMPRESSION.html",
    ),
    Rewrite(
        "CANCEL",
        cancel,
        redshift="CANCEL 12345",
        postgres="SELECT rs.cancel_query(12345)",
        source=f"{DOCS}/r_CANCEL.html",
    ),
)
