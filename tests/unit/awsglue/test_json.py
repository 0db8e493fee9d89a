"""JSON sources: inference as a union of records, choices, errors, paths, arrays."""

import gzip

import pytest

pytestmark = pytest.mark.spark


def read(glue_context, folder, options=None, **format_options):
    return glue_context.create_dynamic_frame.from_options(
        "s3", {"paths": [folder.as_uri()], **(options or {})}, "json", format_options
    )


def test_records_with_different_fields_give_the_union(json_frame, table, text_table):
    frame = json_frame('{"id": 1, "name": "a"}', '{"id": 2, "size": 1.5}')
    assert table(frame) == text_table("""
        id | name | size
        1 | a | null
        2 | null | 1.5
    """)


def test_a_field_of_numbers_and_text_is_a_choice(json_frame, tree):
    frame = json_frame('{"id": 1}', '{"id": "x"}')
    assert tree(frame) == "root\n|-- id: choice\n|    |-- long\n|    |-- string"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", '"x"'], {"long": 1, "string": "x"}),
        (["1.5", '"x"'], {"double": 1.5, "string": "x"}),
        (["true", '"x"'], {"boolean": True, "string": "x"}),
        (["true", "7"], {"boolean": True, "long": 7}),
        (['"NaN"', "7"], {"long": 7, "string": "NaN"}),
        (['"7"', "7"], {"long": 7, "string": "7"}),
    ],
)
def test_each_value_of_a_choice_keeps_its_type(json_frame, values, expected):
    frame = json_frame(*[f'{{"v": {value}}}' for value in values])
    rows = [row.v.asDict() for row in frame.toDF().collect()]
    found = {name: value for row in rows for name, value in row.items() if value is not None}
    assert found == expected
    assert sorted(rows[0]) == sorted(expected)


@pytest.mark.parametrize(
    "values",
    [
        ['"1"', '"2"'],
        ['"a: 5"', '"b"'],
        ['"\\"v\\": 5"', '"b"'],
    ],
)
def test_text_that_looks_like_numbers_is_no_choice(json_frame, values, tree):
    assert tree(json_frame(*[f'{{"v": {value}}}' for value in values])) == "root\n|-- v: string"


def test_whole_numbers_beside_fractions_are_doubles(json_frame, tree):
    assert tree(json_frame('{"v": 1}', '{"v": 1.5}')) == "root\n|-- v: double"


def test_a_choice_within_structs_is_found(json_frame, tree, table, text_table):
    frame = json_frame('{"a": {"b": 1, "c": "k"}}', '{"a": {"b": "x", "c": "l"}}', '{"a": null}')
    assert tree(frame) == (
        "root\n|-- a: struct\n|    |-- b: choice\n|    |    |-- long\n|    |    |-- string\n"
        "|    |-- c: string"
    )
    assert table(frame) == text_table("""
        a
        {"b": {"long": 1, "string": null}, "c": "k"}
        {"b": {"long": null, "string": "x"}, "c": "l"}
        null
    """)


def test_a_choice_below_an_array_of_numbers_is_found(json_frame, tree):
    frame = json_frame('{"o": [{"x": [1, 2], "v": 3}]}', '{"o": [{"x": [1, 2], "v": "s"}]}')
    assert "|-- v: choice" in tree(frame)


def test_a_choice_within_an_array_of_structs_is_found(json_frame, tree, table, text_table):
    frame = json_frame('{"a": [{"p": 1}, {"p": "$1"}, {}]}', '{"a": []}', '{"a": [{"p": 2}]}')
    assert tree(frame) == (
        "root\n|-- a: array\n|    |-- element: struct\n|    |    |-- p: choice\n"
        "|    |    |    |-- long\n|    |    |    |-- string"
    )
    assert table(frame) == text_table("""
        a
        [{"p": {"long": 1, "string": null}}, {"p": {"long": null, "string": "$1"}}, {"p": null}]
        [{"p": {"long": 2, "string": null}}]
        []
    """)


def test_an_array_of_numbers_and_text_has_choices_as_elements(json_frame, tree, table, text_table):
    frame = json_frame('{"a": [1, "x,1", null]}', '{"a": ["y\\"2"]}')
    assert tree(frame) == (
        "root\n|-- a: array\n|    |-- element: choice\n|    |    |-- long\n|    |    |-- string"
    )
    assert table(frame) == text_table("""
        a
        [{"long": 1, "string": null}, {"long": null, "string": "x,1"}, null]
        [{"long": null, "string": "y\\"2"}]
    """)


def test_text_that_is_no_json_is_an_error_record(json_frame, table, text_table):
    frame = json_frame('{"id": 1}', '{"id": 2', '{"id": 3}')
    assert table(frame) == text_table("id\n1\n3")
    assert frame.errorsCount() == 1
    error = frame.errorsAsDynamicFrame().toDF().collect()[0].error
    assert error.dynamicRecord == '{"id": 2'
    assert "data.json" in error.msg


def test_top_level_arrays_and_blank_lines_are_records_and_nothing(json_frame, table, text_table):
    assert table(json_frame('[{"id": 1}, {"id": 2}]', "", '{"id": 3}')) == text_table("""
        id
        1
        2
        3
    """)


def test_multi_line_reads_every_document_of_a_file(glue_context, tmp_path, table, text_table):
    (tmp_path / "a.json").write_text('{\n "id": 1\n}\n{\n "id": 2}\n[{"id": 3}, {"id": 4}]')
    frame = read(glue_context, tmp_path, multiLine=True)
    assert table(frame) == text_table("id\n1\n2\n3\n4")


def test_json_path_selects_the_records(glue_context, tmp_path, table, text_table):
    (tmp_path / "a.json").write_text('{"data": [{"id": 1},\n {"id": 2}], "meta": {"n": 2}}')
    assert table(read(glue_context, tmp_path, jsonPath="$.data[*]")) == text_table("id\n1\n2")


def test_compressed_files_are_read(glue_context, tmp_path, table, text_table):
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b'{"id": 1}\n'))
    frame = read(glue_context, tmp_path, {"compressionType": "gzip"})
    assert table(frame) == text_table("id\n1")


def test_no_files_give_an_empty_frame(glue_context, tmp_path):
    frame = read(glue_context, tmp_path)
    assert (frame.count(), frame.toDF().columns) == (0, [])


def test_an_unknown_option_is_refused_by_name(glue_context, tmp_path):
    with pytest.raises(NotImplementedError, match="'rowTag'"):
        read(glue_context, tmp_path, rowTag="x")


def test_a_frame_without_choices_adds_no_python_rows(json_frame):
    frame = json_frame('{"id": 1, "name": "a"}', '{"id": 2}')
    mapped = frame.apply_mapping([("id", "long", "key", "int"), ("name", "string", "n", "string")])
    plan = mapped.toDF()._jdf.queryExecution().executedPlan().toString()
    assert "FileScan json" in plan
    assert not any(word in plan for word in ("PythonRDD", "ExistingRDD", "EvalPython", "UDF"))


def test_a_frame_with_choices_adds_no_python_rows_either(json_frame):
    frame = json_frame('{"id": 1}', '{"id": "x"}').resolveChoice([("id", "cast:long")])
    plan = frame.toDF()._jdf.queryExecution().executedPlan().toString()
    assert not any(word in plan for word in ("PythonRDD", "ExistingRDD", "EvalPython", "UDF"))


def test_a_choice_is_written_as_the_value_that_it_holds(json_frame, tmp_path):
    frame = json_frame('{"id": 1, "k": "é"}', '{"id": "x"}')
    target = tmp_path / "out"
    frame.glue_ctx.write_dynamic_frame.from_options(frame, "s3", {"path": target.as_uri()}, "json")
    lines = [line for file in target.glob("part-*") for line in file.read_text().splitlines()]
    assert sorted(lines) == ['{"id": "x"}', '{"id": 1, "k": "é"}']
