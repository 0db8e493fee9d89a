"""SET, RESET and SHOW of Redshift's own settings.

Settings that PostgreSQL does not know live in the namespace `rs`. The search path keeps `rs` and
`pg_catalog` at its end, where the compatibility functions shadow PostgreSQL's.

https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html
"""

from collections.abc import Mapping
from dataclasses import replace

from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.names import fragment, quote_identifier, quote_literal, symbol, word
from lochan.redshift.wire.sql.tokens import Tokens, render

_SET = f"{DOCS}/r_SET.html"
_SHOW = f"{DOCS}/r_SHOW.html"

DEFAULTS: Mapping[str, str] = {
    "analyze_threshold_percent": "10",
    "cast_super_null_on_error": "on",
    "default_geometry_encoding": "1",
    "describe_field_name_in_uppercase": "off",
    "downcase_delimited_identifier": "on",
    "enable_case_sensitive_identifier": "off",
    "enable_case_sensitive_super_attribute": "off",
    "enable_numeric_rounding": "on",
    "enable_result_cache_for_session": "on",
    "enable_vacuum_boost": "off",
    "error_on_nondeterministic_update": "off",
    "interval_forbid_composite_literals": "on",
    "json_serialization_enable": "off",
    "json_serialization_parse_nested_strings": "off",
    "max_concurrency_scaling_clusters": "1",
    "max_cursor_result_set_size": "default",
    "mv_enable_aqmv_for_session": "on",
    "navigate_super_null_on_error": "on",
    "parse_super_null_on_error": "off",
    "pg_federation_repeatable_read": "on",
    "query_group": "unset",
    "require_ssl": "on",
    "spectrum_enable_pseudo_columns": "on",
    "spectrum_query_maxerror": "-1",
    "standard_conforming_strings": "off",
    "stored_proc_log_min_messages": "LOG",
    "use_fips_ssl": "off",
    "wlm_query_slot_count": "1",
}
# What PostgreSQL knows under the same name and with the same meaning.
SHARED = frozenset(
    {
        "application_name",
        "client_encoding",
        "client_min_messages",
        "datestyle",
        "extra_float_digits",
        "intervalstyle",
        "search_path",
        "session_authorization",
        "statement_timeout",
        "timezone",
    }
)
_BEHIND_SEARCH_PATH = (word("rs"), word("pg_catalog"))


def set_setting(statement: Statement) -> Statement | None:
    """Send a setting of Redshift's to the namespace `rs`."""
    cursor = statement.cursor()
    if not cursor.accept("set"):
        return None
    scope = cursor.accept_any("session", "local")
    if cursor.sees_any("transaction", "characteristics", "authorization"):
        return None
    if cursor.accept("time", "zone"):
        return None
    name = cursor.take_name()
    if not (cursor.accept("to") or cursor.accept_symbol("=")):
        raise cursor.error()
    value = cursor.take_rest()
    if not value:
        raise cursor.error()
    return _set(statement, scope, name, value)


def _set(statement: Statement, scope: str | None, name: str, value: Tokens) -> Statement | None:
    _check_known(name)
    head = f"SET {scope.upper()} " if scope else "SET "
    is_default = len(value) == 1 and value[0].is_word("default")
    if name == "search_path":
        return None if is_default else statement.with_tokens(extend_search_path(statement.tokens))
    if name == "client_encoding" and not is_default:
        check_client_encoding(_value_text(value))
    if name in SHARED:
        return None
    if is_default:
        text = f"{head}rs.{name} TO {quote_literal(DEFAULTS[name])}"
    else:
        text = f"{head}rs.{name} TO {quote_literal(_value_text(value))}"
    changed = statement.with_tokens(fragment(text))
    if name == "enable_case_sensitive_identifier":
        return replace(changed, case_sensitive=_is_true(value))
    return changed


def check_client_encoding(name: str) -> None:
    """Refuse every encoding but UTF-8, which all text has that this stand-in reads."""
    if name.strip("'\"").lower().replace("-", "") not in ("utf8", "unicode"):
        raise WireError(
            "22023", f'client encoding "{name}" is not supported by this stand-in: use UTF8'
        )


def extend_search_path(tokens: Tokens) -> Tokens:
    """Keep the compatibility schema and PostgreSQL's catalog behind the user's list."""
    extended = tokens
    for schema in _BEHIND_SEARCH_PATH:
        extended = (*extended, symbol(","), schema)
    return extended


def alter_search_path(statement: Statement) -> Statement | None:
    """`ALTER USER ... SET search_path TO ...` sets the same list."""
    cursor = statement.cursor()
    if not (cursor.accept("alter", "user") or cursor.accept("alter", "database")):
        return None
    cursor.take_name()
    if not (cursor.accept("set", "search_path") and not cursor.at_end):
        return None
    if not (cursor.accept("to") or cursor.accept_symbol("=")):
        raise cursor.error()
    if cursor.sees("default"):
        return None
    return statement.with_tokens(extend_search_path(statement.tokens))


def reset_setting(statement: Statement) -> Statement | None:
    """Give a setting its default again."""
    cursor = statement.cursor()
    if not cursor.accept("reset") or cursor.sees("all"):
        return None
    name = cursor.take_name()
    cursor.expect_end()
    _check_known(name)
    if name in SHARED:
        return None
    changed = statement.with_tokens(fragment(f"SET rs.{name} TO {quote_literal(DEFAULTS[name])}"))
    is_case = name == "enable_case_sensitive_identifier"
    return replace(changed, tag="RESET", case_sensitive=False if is_case else None)


def show_setting(statement: Statement) -> Statement | None:
    """Show a setting of Redshift's, or its default."""
    cursor = statement.cursor()
    if not cursor.accept("show") or len(statement.tokens) != 2 or cursor.sees("all"):
        return None
    name = cursor.take_name()
    if name == "search_path":
        return statement.with_tokens(fragment("SELECT rs.show_search_path() AS search_path"))
    if name == "server_version":
        return statement.with_tokens(fragment("SELECT '8.0.2' AS server_version"))
    _check_known(name, also=("server_version", "transaction_isolation", "server_encoding"))
    if name not in DEFAULTS:
        return None
    default = quote_literal(DEFAULTS[name])
    value = f"coalesce(nullif(pg_catalog.current_setting('rs.{name}', true), ''), {default})"
    return statement.with_tokens(fragment(f"SELECT {value} AS {quote_identifier(name)}"))


def _check_known(name: str, also: tuple[str, ...] = ()) -> None:
    if name not in DEFAULTS and name not in SHARED and name not in also:
        raise WireError("42704", f'unrecognized configuration parameter "{name}"')


def _value_text(value: Tokens) -> str:
    return value[0].value if len(value) == 1 else render(value)


def _is_true(value: Tokens) -> bool:
    return _value_text(value).lower() in ("on", "true", "t", "yes", "1")


REWRITES = (
    Rewrite(
        "SET",
        set_setting,
        redshift="SET query_group TO 'etl'",
        postgres="SET rs.query_group TO 'etl'",
        source=_SET,
        more=(("SET search_path TO m, public", "SET search_path TO m, public, rs, pg_catalog"),),
    ),
    Rewrite(
        "search path of a user",
        alter_search_path,
        redshift="ALTER USER u SET search_path TO m",
        postgres="ALTER USER u SET search_path TO m, rs, pg_catalog",
        source=f"{DOCS}/r_ALTER_USER.html",
    ),
    Rewrite(
        "RESET",
        reset_setting,
        redshift="RESET query_group",
        postgres="SET rs.query_group TO 'unset'",
        source=f"{DOCS}/r_RESET.html",
    ),
    Rewrite(
        "SHOW",
        show_setting,
        redshift="SHOW query_group",
        postgres=(
            "SELECT coalesce(nullif(pg_catalog.current_setting('rs.query_group', true), ''), "
            "'unset') AS \"query_group\""
        ),
        source=_SHOW,
    ),
)
