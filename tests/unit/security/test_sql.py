"""Nothing gets into a statement but what was quoted for it: read off the source of the product.

Every text that holds a word of SQL and has something put into it (an f-string, `%`, `+`, `format`)
is followed: through variables, comprehensions, private functions and the arguments of their calls,
back to the quoting of warehouse/sql.py, to constants, or to what TRUSTED names with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Where the Redshift stand-in translates statements it runs them by their client's rights, on
# their client's behalf; what it runs as administrator is among these.
FOLDERS = (
    *("flows", "tasks", "warehouse"),
    *("localstack/awsglue/_databases", "localstack/awsglue/_sinks", "localstack/awsglue/_sources"),
    *("localstack/lochan/redshift/wire/admin.py", "localstack/lochan/redshift/wire/bootstrap.py"),
    *("localstack/lochan/redshift/wire/control.py", "localstack/lochan/rds"),
)
SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|TRUNCATE|COPY|UNLOAD|MERGE|LOCK"
    r"|GRANT|FROM|JOIN|VALUES|WHERE|ORDER BY|GROUP BY|PARTITION BY|COALESCE|CAST|WHEN)\b"
)
QUOTING = {
    *("quote_identifier", "quote_column", "qualify", "quote_role_arn", "quote_s3_uri"),
    # Of awsglue and the stand-in, which take any name.
    *("quote_name", "quote_table", "quote_text", "quote_standard_text", "quote_literal"),
}
# psycopg's own: it quotes what is put into `sql.SQL`.
COMPOSING = {"sql.SQL"}
NUMBERS = {"len", "int"}
# By module, what stands in its statements though nothing in sight has quoted it.
SPECS = "a constant of our own: tables.py builds it from qualify() and literals"
PLANNED = "a property of lake/tables.py that is qualify()"
TYPES = "a RedshiftType: a name out of a fixed list, with whole numbers"
LEDGER = "the constant LEDGER_COLUMNS of warehouse/loading.py"
PASSED = "table_loads() quotes it and hands it to the functions of each table"
RELATION = "a table that database_source.py quoted, or the query that the script itself asks"
TRUSTED: dict[str, dict[str, str]] = {
    "localstack/awsglue/_sinks/database_sink.py": {
        "column_type(field)": "a type by the table of types, never data",
    },
    "localstack/awsglue/_sinks/postgres_sink.py": {"null_text": "letters drawn at random"},
    "localstack/awsglue/_sources/database_source.py": {
        "expression": "hashexpression, SQL by its meaning: the script's own",
        "table": RELATION,
    },
    "localstack/awsglue/_sources/key_bookmark.py": {
        "relation": RELATION,
        "number": "a number",
        "start": "beyond(), which quotes values",
    },
    "localstack/awsglue/_sources/redshift_source.py": {"relation": RELATION},
    "warehouse/books.py": {
        "stage": PASSED,
        "planned": PASSED,
        "make_plan(stage)": PASSED,
        "load.spec.keys": SPECS,
    },
    "warehouse/ledger.py": {"name": "refused above unless it is one of FILTERS"},
    "warehouse/loading.py": {
        "spec.name": SPECS,
        "c.type": SPECS,
        "column.type": SPECS,
        "name": "a column of a TableSpec, most of them quoted; where not, between quotes of a text",
    },
    "warehouse/lake/loading.py": {
        "publication.plan.quoted": PLANNED,
        "plan.quoted": PLANNED,
        "incoming_type(column.type)": TYPES,
        "varchar(REASON_BYTES)": TYPES,
        "varchar(LONGEST_VARCHAR)": TYPES,
        "varchar(FILE_BYTES)": TYPES,
        "varchar(POSITION_BYTES)": TYPES,
        "LOAD_ID_TYPE": TYPES,
        "ledger": LEDGER,
        "named": LEDGER,
    },
    "warehouse/lake/tables.py": {
        "table": "its callers pass plan.quoted",
        "self.type": TYPES,
        "self.new": TYPES,
        "column.type": TYPES,
        "LOAD_ID_TYPE": TYPES,
    },
}


def sources() -> list[Path]:
    named = [ROOT / folder for folder in FOLDERS]
    files = [path for path in named if path.is_file()]
    return sorted(files + [path for folder in named for path in folder.rglob("*.py")])


@dataclass
class Module:
    """A module's functions, and whether an expression of it holds nothing but what is safe."""

    tree: ast.Module
    trusted: frozenset[str] = frozenset()
    _known: dict[int, bool] = field(default_factory=dict)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))
        return {function.name: function for function in found}

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        return {
            id(child): parent
            for parent in ast.walk(self.tree)
            for child in ast.iter_child_nodes(parent)
        }

    def find_unsafe(self) -> Iterator[str]:
        """Name each expression that gets into a statement unquoted."""
        for node in ast.walk(self.tree):
            for part in self._parts(node):
                if not self.is_safe(part):
                    yield f"{ast.unparse(part)} (line {part.lineno})"

    def _parts(self, node: ast.AST) -> list[ast.expr]:
        """What a text of SQL is put together from."""
        if not isinstance(node, ast.expr) or not self._holds_sql(node) or self._is_raised(node):
            return []
        match node:
            case ast.JoinedStr(values=values):
                return [value.value for value in values if isinstance(value, ast.FormattedValue)]
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return [left, right]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return [left, right]
            case ast.Call(func=ast.Attribute(value=value, attr="format" | "format_map")):
                if isinstance(value, ast.Call) and ast.unparse(value.func) in COMPOSING:
                    return list(value.args)
                return [value, *node.args, *(keyword.value for keyword in node.keywords)]
        return []

    def _is_raised(self, node: ast.AST) -> bool:
        """Whether it is the text of an error."""
        while not isinstance(node, ast.stmt):
            node = self.parents[id(node)]
        return isinstance(node, ast.Raise)

    def _holds_sql(self, node: ast.expr) -> bool:
        texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
        return bool(SQL.search(" ".join(text for text in texts if isinstance(text, str))))

    def is_safe(self, node: ast.expr) -> bool:
        """Whether nothing but constants and quoted names is in it."""
        if id(node) not in self._known:
            self._known[id(node)] = True  # what leads back to itself adds nothing
            self._known[id(node)] = ast.unparse(node) in self.trusted or self._follow(node)
        return self._known[id(node)]

    def _follow(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                return self._is_safe_name(name, node)
            case ast.Call():
                return self._is_safe_call(node)
            case ast.JoinedStr(values=values):
                return all(map(self.is_safe, values))
            case ast.FormattedValue(value=value) | ast.Starred(value=value):
                return self.is_safe(value)
            case ast.Subscript(value=value):
                return self.is_safe(value)
            case ast.BinOp(left=left, op=ast.Mult()):
                return self.is_safe(left)
            case ast.BinOp(left=left, right=right):
                return self.is_safe(left) and self.is_safe(right)
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_safe(body) and self.is_safe(orelse)
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.BoolOp(values=elements):
                return all(map(self.is_safe, elements))
            case ast.Attribute(attr=name) if name in self.functions:
                return all(map(self.is_safe, self._returned(self.functions[name])))
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                return self.is_safe(element)
        return False

    def _is_safe_call(self, node: ast.Call) -> bool:
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        match node.func:
            case ast.Name(id=name) if name in QUOTING | NUMBERS:
                return True
            case ast.Name(id="map"):
                return ast.unparse(node.args[0]) in QUOTING
            case ast.Name(id="tuple" | "list" | "set" | "sorted"):
                return all(map(self.is_safe, arguments))
            case ast.Name(id=name) if name in self.functions:
                returned = self._returned(self.functions[name])
                return bool(returned) and all(map(self.is_safe, returned))
            case ast.Attribute(value=value, attr="join"):
                return all(map(self.is_safe, [value, *arguments]))
        return False

    def _returned(self, function: ast.FunctionDef) -> list[ast.expr]:
        return [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Return | ast.Yield) and node.value is not None
        ]

    def _is_safe_name(self, name: str, node: ast.AST) -> bool:
        scope = self._function_around(node)
        given = list(self._assigned(name, scope or self.tree))
        if given:
            return all(map(self.is_safe, given))
        if scope is not None and name in _parameters(scope):
            passed = list(self._passed(scope, _parameters(scope).index(name), name))
            return scope.name.startswith("_") and bool(passed) and all(map(self.is_safe, passed))
        of_module = list(self._assigned(name, self.tree)) if scope is not None else []
        return bool(of_module) and all(map(self.is_safe, of_module))

    def _function_around(self, node: ast.AST) -> ast.FunctionDef | None:
        while (parent := self.parents.get(id(node))) is not None:
            if isinstance(parent, ast.FunctionDef):
                return parent
            node = parent
        return None

    def _assigned(self, name: str, scope: ast.AST) -> Iterator[ast.expr]:
        """What a name is bound to: by assignment, in a loop, in a comprehension."""
        nodes = (
            ast.walk(scope) if isinstance(scope, ast.FunctionDef) else ast.iter_child_nodes(scope)
        )
        for node in nodes:
            match node:
                case ast.Assign(targets=[target], value=value):
                    yield from _bound(name, target, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield from _bound(name, target, value)
                case (
                    ast.comprehension(target=target, iter=value)
                    | ast.For(target=target, iter=value)
                ):
                    yield from _bound(name, target, value)

    def _passed(self, function: ast.FunctionDef, place: int, name: str) -> Iterator[ast.expr]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == function.name:
                named = [word.value for word in node.keywords if word.arg == name]
                yield from named or node.args[place : place + 1]


def _parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _bound(name: str, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, given in zip(target.elts, value.elts, strict=True):
            yield from _bound(name, one, given)
    elif isinstance(target, ast.Tuple) and name in {ast.unparse(one) for one in target.elts}:
        yield value


def read_module(path: Path) -> Module:
    name = path.relative_to(ROOT).as_posix()
    return Module(ast.parse(path.read_text()), frozenset(TRUSTED.get(name, {})))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_statements_hold_only_what_was_quoted(path: Path) -> None:
    assert list(read_module(path).find_unsafe()) == []


@pytest.mark.parametrize("path", TRUSTED)
def test_no_more_is_trusted_than_has_to_be(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    for trusted in TRUSTED[path]:
        others = frozenset(TRUSTED[path]) - {trusted}
        assert list(Module(tree, others).find_unsafe()) != [], trusted


@pytest.mark.parametrize(
    "source",
    [
        "def f(name): return f'DROP TABLE {name}'",
        "def f(name): return 'DROP TABLE ' + name",
        "def f(name): return 'DROP TABLE %s' % name",
        "def f(name): return 'DROP TABLE {}'.format(name)",
        "def f(names): return f'SELECT {\", \".join(names)} FROM t'",
        "def f(name):\n    table = name.lower()\n    return f'DROP TABLE {table}'",
        "def _f(name): return f'DROP TABLE {name}'\ndef g(given): return _f(given)",
        "def f(spec): return f'SELECT 1 FROM {spec.name}'",
        "def f(ids): return f'SELECT 1 FROM t WHERE id IN {tuple(ids)}'",
        "def f(table): return sql.SQL(f'DROP TABLE {table}').format()",
    ],
)
def test_what_nobody_quoted_is_found(source: str) -> None:
    assert list(Module(ast.parse(source)).find_unsafe()) != []


@pytest.mark.parametrize(
    "source",
    [
        "def f(name): return f'DROP TABLE {quote_identifier(name)}'",
        "def f(name):\n    table = qualify('etl', name)\n    return f'DROP TABLE {table}'",
        "def f(names): return f'SELECT {\", \".join(map(quote_column, names))} FROM t'",
        "def _f(name): return f'DROP TABLE {name}'\ndef g(n): return _f(quote_identifier(n))",
        "def f(table): return sql.SQL('DROP TABLE {}').format(sql.Identifier(table))",
        "def f(table): raise ValueError(f'{table} is not what we DROP')",
        "COLUMNS = ('a', 'b')\ndef f(): return f'SELECT {\", \".join(COLUMNS)} FROM t'",
    ],
)
def test_what_was_quoted_is_not(source: str) -> None:
    assert list(Module(ast.parse(source)).find_unsafe()) == []
