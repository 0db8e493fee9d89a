from __future__ import annotations

from typing import Any

import pytest

from lochan.glue.crawler.json_paths import InvalidJsonPath, follow_json_path, parse_json_path

# The record of AWS' page on custom classifiers (2026-11-21), shortened.
AREA = {
    "type": "constituency",
    "identifiers": [
        {"scheme": "dmoz", "identifier": "Regional/Alaska/"},
        {"scheme": "fips", "identifier": "US02"},
    ],
    "other_names": [{"lang": "fr", "name": "Alaska"}],
    "id": "ocd-division/country:us/state:ak",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.id", ["ocd-division/country:us/state:ak"]),
        ("$['id']", ["ocd-division/country:us/state:ak"]),
        ('$["id"]', ["ocd-division/country:us/state:ak"]),
        ("$.identifiers[*].identifier", ["Regional/Alaska/", "US02"]),
        ("$.identifiers[1]['scheme']", ["fips"]),
        ("$.identifiers[7].scheme", []),
        ("$.other_names.*.lang", ["fr"]),
        ("$.id.nothing", []),
        ("$", [AREA]),
    ],
)
def test_path_leads_to_values(path: str, found: list[Any]) -> None:
    assert list(follow_json_path(parse_json_path(path), AREA)) == found


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("id", "does not begin with"),
        ("$..id", r"from '\.\.id' on"),
        ("$.a[?(@.b)]", r"from '\[\?\(@\.b\)\]' on"),
        ("$.a[1:2]", r"from '\[1:2\]' on"),
        ("$id", "from 'id' on"),
    ],
)
def test_path_that_cannot_be_read(path: str, complaint: str) -> None:
    with pytest.raises(InvalidJsonPath, match=complaint):
        parse_json_path(path)
