"""Everything that is fetched has its digest, and a licence that we may use it by."""

from __future__ import annotations

import json
import re
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from lochan.glue.worker import jars
from requirements.components import Component, find_components, find_licence, read_pins
from requirements.licences import describe as describe_licences
from requirements.sbom import describe

ROOT = Path(__file__).resolve().parents[3]
HASHED = [
    *sorted((ROOT / "requirements").glob("*.txt")),
    ROOT / "localstack" / "lochan" / "stack" / "localstack.txt",
]


def find_unhashed(text: str) -> list[str]:
    """Requirements whose continuation has no digest."""
    joined = text.replace("\\\n", " ").splitlines()
    wanted = [line for line in joined if line.strip() and not line.lstrip().startswith("#")]
    return [
        line.split()[0]
        for line in wanted
        if not re.match(r"\S+==\S+", line) or not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line)
    ]


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_has_its_digest(path: Path) -> None:
    assert len(read_pins(path.read_text())) > 0
    assert find_unhashed(path.read_text()) == []


def test_a_requirement_without_digest_is_found() -> None:
    assert find_unhashed("one==1 \\\n    --hash=sha256:" + "0" * 64) == []
    assert find_unhashed("one==1\n") == ["one==1"]
    assert find_unhashed("one>=1 --hash=sha256:" + "0" * 64) == ["one>=1"]
    assert find_unhashed("git+https://host/one") == ["git+https://host/one"]


def test_every_jar_has_its_digest() -> None:
    assert jars.JARS
    assert {d for d in jars.JARS.values() if not re.fullmatch("[0-9a-f]{64}", d)} == set()


def test_everything_has_a_licence_that_we_may_use_it_by() -> None:
    components = list(find_components())
    licensed = [one for one in components if one.licence is not None]
    assert len(licensed) > 200  # what other platforms need is not installed here
    refused = {(one.name, one.licence) for one in licensed if not one.is_allowed}
    assert refused == set()


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("unknown", False),
    ],
)
def test_what_a_licence_allows(licence: str, allowed: bool) -> None:
    assert Component("one", "1", licence, "app").is_allowed is allowed


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: Apache-2.0 OR MIT", "Apache-2.0 OR MIT"),
        ("License: Apache License, Version 2.0", "Apache-2.0"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT"),
        ("License: BSD 3-Clause License", "BSD-3-Clause"),
        ("License: Proprietary", "Proprietary"),
        ("Summary: says nothing", "unknown"),
    ],
)
def test_licences_are_read_off_metadata(tmp_path: Path, lines: str, licence: str) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\nName: one\nVersion: 1\n{lines}\n")
    assert find_licence(Distribution.at(tmp_path)) == licence


def read_page(text: str) -> set[tuple[str, str]]:
    """Licences and names as a page has them."""
    rows = re.findall(r"^\| (.+) \| (.+) \|$", text, re.MULTILINE)
    return {(licence, name) for licence, names in rows for name in names.split(", ")}


def test_the_page_of_licences_names_what_is_used_here() -> None:
    page = read_page((ROOT / "docs" / "licences.md").read_text())
    assert read_page(describe_licences(find_components())) - page == set(), "run `make docs`"
    assert ("LGPL-3.0-only", "psycopg") in page
    assert ("BSD-2-Clause", "postgresql") in page


def test_the_bill_of_materials_is_valid_and_names_everything() -> None:
    components = list(find_components())
    text = describe(components)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    parts = {part["purl"]: part for part in json.loads(text)["components"]}
    assert len(parts) == len(components)
    driver = parts["pkg:maven/org.postgresql/postgresql@42.7.4"]
    assert driver["hashes"] == [
        {
            "alg": "SHA-256",
            "content": "188976721ead8e8627eb6d8389d500dccc0c9bebd885268a3047180274a6031e",
        }
    ]
    assert parts["pkg:pypi/pyspark@3.5.6"]["version"] == "3.5.6"
