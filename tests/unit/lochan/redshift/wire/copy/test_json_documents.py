"""JSON documents: cut out of a stream, mapped to columns, loaded.

Cases marked AWS are from https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-json.html
and copy-parameters-data-format.html, read 2026-11-20.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lochan.redshift.wire.copy.errors import CopyError, FieldError
from lochan.redshift.wire.copy.json_documents import (
    map_whole,
    parse_json_path,
    read_documents,
    render_json,
    render_text,
)
from lochan.redshift.wire.copy.statement import Conversions

Load = Callable[..., list[tuple[Any, ...]]]

NESTED = """
{
    "id": 0,
    "isActive": true,
    "tags": [
        "nisi",
        "culpa"
    ],
    "friends": [
        {
            "id": 0,
            "name": "Carmella Gonzales"
        },
        {
            "id": 1,
            "name": "Renaldo"
        }
    ]
}
"""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
documents = st.lists(json_values) | st.dictionaries(st.text(max_size=3), json_values)


def read(body: bytes, chunk: int = 1 << 20) -> Iterator[Any]:
    chunks = (body[begin : begin + chunk] for begin in range(0, len(body), chunk))
    return read_documents(chunks, Conversions(), map_whole(render_json))


@settings(deadline=None)
@given(
    st.lists(documents),
    st.sampled_from(["\n", " ", "\r\n", "\n\n"]),
    st.integers(1, 40),
    st.sampled_from([None, 1]),
)
def test_stream_of_documents_reads_as_json_does(
    written: list[Any], separator: str, chunk: int, indent: int | None
) -> None:
    body = separator.join(json.dumps(document, indent=indent) for document in written)
    records = list(read(body.encode(), chunk))
    assert [json.loads(record.fields[0]) for record in records] == written


def test_line_number_is_the_last_line_of_the_document() -> None:
    body = b'{"a":\n1}\n\n[2,\n3]\n{}'
    assert [(record.line_number, record.fields) for record in read(body)] == [
        (2, ['{"a": 1}']),
        (5, ["[2,3]"]),
        (6, ["{}"]),
    ]


@pytest.mark.parametrize(
    ("body", "bad_lines"),
    [
        (b'{"a":1},\n{"a":2}', [1]),
        (b'{"a":1}\nx\n{"a":2}\n"y"', [2, 4]),
        (b'{"a":\n{"a":1}', [1]),
        (b"[NaN]\n{}", [1]),
        (b'{"a": "unfinished', [1]),
    ],
)
def test_text_that_is_no_document_is_an_error_and_the_next_line_is_read(
    body: bytes, bad_lines: list[int]
) -> None:
    records = list(read(body))
    assert [r.line_number for r in records if isinstance(r.fields, FieldError)] == bad_lines


def test_numbers_keep_their_digits() -> None:
    [record] = read(b"[1.10, 12345678901234567890123, 1e2]")
    assert record.fields == ["[1.10,12345678901234567890123,1e2]"]


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("$['id']", ("id",)),
        ("$['store']['book']['title']", ("store", "book", "title")),
        ("$['location'][0]", ("location", 0)),
        ("$.store.book.title", ("store", "book", "title")),
        ("$.location[0]", ("location", 0)),
        ("$[1]", (1,)),
        ("$", ()),
    ],
)
def test_json_paths_are_read(expression: str, path: tuple[str | int, ...]) -> None:
    assert parse_json_path(expression) == path


@pytest.mark.parametrize(
    "expression", ["", 1, None, "id", "$.*", "$..a", "$['a'].b", "$[-1]", "$[?(@.a)]", "$.a["]
)
def test_other_json_paths_are_refused(expression: Any) -> None:
    with pytest.raises(CopyError, match="Invalid JSONPath format"):
        parse_json_path(expression)


def test_nested_values_have_the_documented_form() -> None:
    document = json.loads(NESTED)
    assert render_text(document["tags"]) == '["nisi","culpa"]'
    assert render_text(document["friends"][1]) == '{"id": 1,"name": "Renaldo"}'


@pytest.mark.postgres
class TestLoads:
    def test_auto_matches_names_case_sensitively(self, load: Load) -> None:
        body = '{"b":"x","a":1,"c":[1]}\n{"A":2,"b":null}\n{"a":"3"}'
        assert load("a int, b varchar(9)", body, "JSON 'auto'") == [
            (1, "x"),
            (None, None),
            (3, None),
        ]

    def test_auto_ignorecase_matches_any_case(self, load: Load) -> None:
        assert load("a int", '{"A":2}', "FORMAT AS JSON 'auto ignorecase'") == [(2,)]

    def test_empty_string_is_null_except_for_text(self, load: Load) -> None:
        body = '{"a":"","b":""}'
        assert load("a int, b varchar(9)", body, "JSON 'auto'") == [(None, "")]

    def test_emptyasnull_makes_empty_text_null(self, load: Load) -> None:
        assert load("b varchar(9)", '{"b":""}', "JSON 'auto' EMPTYASNULL") == [(None,)]

    def test_the_default_null_string_is_text_in_json(self, load: Load) -> None:
        assert load("b varchar(9)", '{"b":"\\\\N"}', "JSON 'auto'") == [("\\N",)]

    def test_booleans_numbers_and_nested_values_become_text(self, load: Load) -> None:
        body = '{"a":true,"b":1.50,"c":{"d":[1]}}'
        assert load("a varchar(9), b varchar(9), c varchar(20)", body, "JSON 'auto'") == [
            ("true", "1.50", '{"d": [1]}')
        ]

    def test_escapes_are_resolved(self, load: Load) -> None:
        body = r'{"v":"a \\ b\n c\t\u00e9"}'
        assert load("v varchar(25)", body, "JSON 'auto'") == [("a \\ b\n c\té",)]

    def test_super_takes_any_value(self, load: Load) -> None:
        body = '{"v":{"a":[1]}}\n{"v":"x"}\n{"v":2}\n{"v":null}'
        assert load("v super", body, "JSON 'auto'") == [({"a": [1]},), ("x",), (2,), (None,)]

    def test_noshred_puts_documents_into_one_super_column(self, load: Load) -> None:
        assert load("v super", '{"a":1}\n[2]', "JSON 'noshred'") == [({"a": 1},), ([2],)]

    def test_noshred_needs_one_super_column(self, load: Load) -> None:
        with pytest.raises(CopyError, match="'noshred' needs a single column"):
            load("v varchar(9)", "{}", "JSON 'noshred'")

    def test_ignoreheader_counts_lines(self, load: Load) -> None:
        assert load("a int", '{"a":\n1}\n{"a":2}', "JSON 'auto' IGNOREHEADER 2") == [(2,)]

    def test_bad_documents_are_skipped_below_maxerror(
        self, load: Load, load_errors: Callable[[], list[tuple[Any, ...]]]
    ) -> None:
        body = '{"a":1}\nbad\n{"a":"x"}\n[1]\n{"a":4}\n'
        assert load("a int", body, "JSON 'auto' MAXERROR 5") == [(1,), (4,)]
        assert [(row[0], row[5]) for row in load_errors()] == [(2, 1216), (3, 1207), (4, 1216)]

    def test_jsonpaths_map_by_position(self, load: Load, put: Callable[..., str]) -> None:
        paths = put("paths", json.dumps({"jsonpaths": ["$.friends[1].name", "$.id", "$.none"]}))
        assert load("a varchar(9), b int, c int", NESTED, f"JSON '{paths}'") == [
            ("Renaldo", 0, None)
        ]

    def test_jsonpaths_read_arrays(self, load: Load, put: Callable[..., str]) -> None:
        paths = put("paths", '{"jsonpaths": ["$[1]", "$[0]"]}')
        assert load("a varchar(9), b int", '[1,"x"][2,"y"]', f"JSON '{paths}'") == [
            ("x", 1),
            ("y", 2),
        ]

    def test_absent_array_element_is_an_error(
        self, load: Load, put: Callable[..., str], load_errors: Callable[[], list[tuple[Any, ...]]]
    ) -> None:
        paths = put("paths", '{"jsonpaths": ["$[1]"]}')
        with pytest.raises(CopyError):
            load("a int", "[1]", f"JSON '{paths}'")
        [row] = load_errors()
        assert row[6] == "Invalid JSONPath format: Not an array or index out of range."

    def test_file_without_the_key_jsonpaths_means_auto(
        self, load: Load, put: Callable[..., str]
    ) -> None:
        assert load("a int", '{"a":1}', f"JSON '{put('paths', '{}')}'") == [(1,)]

    @pytest.mark.parametrize(
        ("paths", "message"),
        [
            ("nonsense", "Manifest file is not in correct json format"),
            ("[]", "must contain a single JSON object"),
            (
                '{"jsonpaths": ["$.a", "$.b"]}',
                r"JSONPath size: 2, Number of columns in table or column list: 1",
            ),
            ('{"jsonpaths": [""]}', "Invalid JSONPath format"),
        ],
    )
    def test_malformed_jsonpaths_file_is_refused(
        self, load: Load, put: Callable[..., str], paths: str, message: str
    ) -> None:
        with pytest.raises(CopyError, match=message):
            load("a int", "{}", f"JSON '{put('paths', paths)}'")
