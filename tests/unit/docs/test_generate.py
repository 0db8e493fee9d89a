from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[3] / "docs"


def load_generator() -> Any:
    specification = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_committed_pages_are_those_of_the_code() -> None:
    for name, text in load_generator().pages().items():
        assert (DOCS / name).read_text() == text, f"docs/{name} is stale: run `make docs`"
