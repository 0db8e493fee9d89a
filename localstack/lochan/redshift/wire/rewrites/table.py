"""Every rewrite, in the order in which they run, and their application to a statement.

Position is priority: statements are read before the expressions in them, so that what a DDL rewrite
writes anew still gets its functions and casts rewritten.
"""

from lochan.redshift.wire.rewrites import (
    aggregates,
    alter_table,
    catalog,
    create_table,
    dml,
    functions,
    literals,
    maintenance,
    objects,
    queries,
    settings,
    transactions,
)
from lochan.redshift.wire.rewrites.row import Rewrite, Statement

REWRITES: tuple[Rewrite, ...] = (
    # Names and strings first: everything behind compares them in their folded form.
    *literals.REWRITES,
    *transactions.REWRITES,
    # SHOW DATABASES would read as the SHOW of a setting.
    *catalog.REWRITES,
    *settings.REWRITES,
    *maintenance.REWRITES,
    *objects.REWRITES,
    *create_table.REWRITES,
    *alter_table.REWRITES,
    *dml.REWRITES,
    *aggregates.REWRITES,
    *queries.REWRITES,
    *functions.REWRITES,
)


def rewrite(statement: Statement) -> Statement:
    """Apply every rewrite that concerns the statement; raises WireError."""
    for row in REWRITES:
        changed = row.function(statement)
        if changed is not None:
            statement = changed
    return statement
