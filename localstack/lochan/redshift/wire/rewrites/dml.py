"""INSERT, DELETE, UPDATE, MERGE and TRUNCATE.

https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_TRUNCATE.html
"""

from dataclasses import dataclass, replace

from lochan.redshift.wire.errors import NotSupported, SqlSyntaxError
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import fragment, word
from lochan.redshift.wire.sql.tokens import Tokens, render, spaced

_CLAUSE_ENDS = ("when", "remove")


def delete_without_from(statement: Statement) -> Statement | None:
    """FROM may be left out of a DELETE."""
    cursor = statement.cursor()
    if not cursor.accept("delete") or cursor.sees("from"):
        return None
    return statement.with_tokens((statement.verb, word("FROM"), *spaced(cursor.take_rest())))


def truncate(statement: Statement) -> Statement | None:
    """TRUNCATE commits the transaction in which it runs."""
    cursor = statement.cursor()
    if not cursor.accept("truncate"):
        return None
    cursor.accept("table")
    name, _ = cursor.take_qualified_name()
    cursor.expect_end()
    truncated = statement.with_tokens((*fragment("TRUNCATE TABLE"), *spaced(name)))
    return replace(truncated, commits=True)


def lock_table(statement: Statement) -> Statement | None:
    """LOCK waits for ACCESS EXCLUSIVE, the only mode that there is."""
    cursor = statement.cursor()
    if not cursor.accept("lock"):
        return None
    cursor.accept("table")
    cursor.take_qualified_name()
    while cursor.accept_symbol(","):
        cursor.take_qualified_name()
    cursor.expect_end()
    return None


@dataclass(frozen=True)
class _Merge:
    target: Tokens
    target_name: str
    source: Tokens
    source_name: str
    condition: Tokens


def merge_remove_duplicates(statement: Statement) -> Statement | None:
    """Replace the target's rows that the source matches by the distinct rows of the source."""
    cursor = statement.cursor()
    if not cursor.accept("merge"):
        return None
    merge = _take_merge(cursor)
    if not cursor.accept("remove", "duplicates"):
        _check_clauses(cursor)
        return None
    cursor.expect_end()
    source = render(merge.source)
    delete = f"DELETE FROM {render(merge.target)} USING {source} WHERE {render(merge.condition)}"
    target = render(merge.target[: _name_length(merge.target)])
    insert = f"INSERT INTO {target} SELECT DISTINCT {merge.source_name}.* FROM {source}"
    merged = statement.with_tokens(fragment(delete)).then(insert)
    return replace(merged, tag="MERGE")


def _take_merge(cursor: Cursor) -> _Merge:
    cursor.expect("into")
    target, target_name = _take_table(cursor, "using")
    cursor.expect("using")
    source, source_name = _take_table(cursor, "on")
    cursor.expect("on")
    start = cursor.position
    depth = 0
    while not cursor.at_end and not (depth == 0 and cursor.sees_any(*_CLAUSE_ENDS)):
        token = cursor.take()
        depth += token.is_symbol("(") - token.is_symbol(")")
        depth += token.is_word("case") - token.is_word("end")
    return _Merge(target, target_name, source, source_name, cursor.tokens[start : cursor.position])


def _take_table(cursor: Cursor, until: str) -> tuple[Tokens, str]:
    start = cursor.position
    name, _ = cursor.take_qualified_name()
    cursor.accept("as")
    alias = "" if cursor.sees(until) else cursor.take().text
    return cursor.tokens[start : cursor.position], alias or render(name)


def _name_length(table: Tokens) -> int:
    cursor = Cursor(table)
    cursor.take_qualified_name()
    return cursor.position


def _check_clauses(cursor: Cursor) -> None:
    """Redshift's MERGE has exactly WHEN MATCHED THEN ... WHEN NOT MATCHED THEN INSERT ... ."""
    tokens = cursor.take_rest()
    clauses = [index for index, token in enumerate(tokens) if _starts_clause(tokens, index)]
    if len(clauses) != 2:
        raise SqlSyntaxError(
            "MERGE needs one WHEN MATCHED and one WHEN NOT MATCHED clause, or REMOVE DUPLICATES"
        )
    matched = Cursor(tokens, clauses[0])
    matched.expect("when", "matched")
    _expect_then(matched, ("update", "delete"))
    unmatched = Cursor(tokens, clauses[1])
    unmatched.expect("when", "not", "matched")
    _expect_then(unmatched, ("insert",))


def _starts_clause(tokens: Tokens, index: int) -> bool:
    cursor = Cursor(tokens, index)
    return cursor.sees("when", "matched") or cursor.sees("when", "not", "matched")


def _expect_then(cursor: Cursor, actions: tuple[str, ...]) -> None:
    if cursor.sees("and"):
        raise NotSupported("MERGE with WHEN ... AND a condition is not supported by Redshift")
    if cursor.sees("by"):
        raise NotSupported("MERGE with WHEN NOT MATCHED BY is not supported by Redshift")
    cursor.expect("then")
    if not cursor.sees_any(*actions):
        raise cursor.error()


REWRITES = (
    Rewrite(
        "DELETE without FROM",
        delete_without_from,
        redshift="DELETE t WHERE id = 1",
        postgres="DELETE FROM t WHERE id = 1",
        source=f"{DOCS}/r_DELETE.html",
    ),
    Rewrite(
        "TRUNCATE commits",
        truncate,
        redshift="TRUNCATE m.t",
        postgres="COMMIT; TRUNCATE TABLE m.t",
        source=f"{DOCS}/r_TRUNCATE.html",
    ),
    Rewrite(
        "LOCK",
        lock_table,
        redshift="LOCK a, m.b",
        postgres="LOCK a, m.b",
        source=f"{DOCS}/r_LOCK.html",
    ),
    Rewrite(
        "MERGE ... REMOVE DUPLICATES",
        merge_remove_duplicates,
        redshift="MERGE INTO t USING s ON t.id = s.id REMOVE DUPLICATES",
        postgres=(
            "DELETE FROM t USING s WHERE t.id = s.id; INSERT INTO t SELECT DISTINCT s.* FROM s"
        ),
        source=f"{DOCS}/r_MERGE.html",
    ),
)
