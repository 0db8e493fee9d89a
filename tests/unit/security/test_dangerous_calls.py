"""What turns text into code or commands is not called, but for the one place whose work that is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("flows", "tasks", "warehouse", "spark", "infrastructure", "localstack", "benchmarks")
DANGEROUS = {
    *("eval", "exec", "os.system", "os.popen", "tempfile.mktemp"),
    *("pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open"),
    *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "ssl._create_unverified_context"),
}
# A run executes its script: that is what it was started for.
ALLOWED = {("localstack/lochan/glue/worker/run_process.py", "exec")}


def find_dangerous(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if (name := ast.unparse(node.func)) in DANGEROUS:
            yield name
        for keyword in node.keywords:
            setting = f"{keyword.arg}={ast.unparse(keyword.value)}"
            if setting in ("shell=True", "verify=False"):
                yield setting


def test_nothing_dangerous_is_called() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in paths
        for name in find_dangerous(ast.parse(path.read_text()))
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    "source",
    ["eval(text)", "pickle.loads(body)", "subprocess.run(c, shell=True)", "get(url, verify=False)"],
)
def test_what_is_dangerous_is_found(source: str) -> None:
    assert list(find_dangerous(ast.parse(source))) != []
