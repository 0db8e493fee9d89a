from __future__ import annotations

import pytest

from lochan.glue.crawler.csv_format import infer_csv
from lochan.glue.crawler.schema import spell


def described(text: str, *, whole: bool = True) -> str | None:
    found = infer_csv(text.encode(), whole=whole)
    if found is None:
        return None
    columns = ", ".join(f"{name} {spell(kind)}" for name, kind in found.schema.fields.items())
    return f"{found.delimiter!r} header={found.has_header} records={found.records}: {columns}"


# Header and delimiter rules: add-classifier.html, "Built-in CSV classifier".
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name\n1,a\n2,b\n", "',' header=True records=2: id bigint, name string"),
        ("1,a\n2,b\n", "',' header=False records=2: col0 bigint, col1 string"),
        ("a,b\nc,d\n", "',' header=False records=2: col0 string, col1 string"),
        ("id|v\n1|2.5\n", "'|' header=True records=1: id bigint, v double"),
        ("id\tv\n1\ttrue\n", "'\\t' header=True records=1: id bigint, v boolean"),
        ("id;v\n1;x,y\n2;z,w\n", "';' header=True records=2: id bigint, v string"),
        ("A b,Date\n1,2020-01-01\n", "',' header=True records=1: a b bigint, date string"),
        ('id,t\n1,"a,b"\n', "',' header=True records=1: id bigint, t string"),
        ("id,\n1,x\n", "',' header=True records=1: id bigint, col1 string"),
    ],
)
def test_infer_csv(text: str, expected: str) -> None:
    assert described(text) == expected


@pytest.mark.parametrize("text", ["", "one line\n", "a\nb\nc\n", "1,2\n", "\x00,\x00\n\x00,\x00\n"])
def test_what_is_no_csv(text: str) -> None:
    assert described(text) is None


def test_a_cut_last_line_is_not_looked_at() -> None:
    cut = "id,v\n1,2\n3,4\n5,x"
    assert described(cut, whole=False) == "',' header=True records=2: id bigint, v bigint"
