"""Operations on fields: mapping, selecting, dropping, renaming, splitting, null fields.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import pytest

from awsglue.dataframe_transforms.apply_mapping import ApplyMapping as DataFrameMapping
from awsglue.transforms import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    RenameField,
    SelectFields,
    SplitFields,
    SplitRows,
)

pytestmark = pytest.mark.spark

HOME = "home:struct<city:string,zip:string>"
PEOPLE = "id bigint, name string, `a.b` string, home struct<city:string,zip:string>"
ROWS = [(1, "x", "dot", ("Bonn", "53")), (2, None, None, None)]


@pytest.fixture
def people(frame_of):
    return frame_of(ROWS, PEOPLE)


@pytest.mark.parametrize(
    ("mappings", "expected"),
    [
        ([("id", "long", "key", "int")], "key\n1\n2"),
        ([("id", "key")], "key\n1\n2"),
        ([("id", "key", "string")], "key\n1\n2"),
        (
            [("NAME", "string", "n", "string"), ("id", "long", "i", "long")],
            "n | i\nnull | 2\nx | 1",
        ),
        ([("home.city", "string", "city", "string")], "city\nBonn\nnull"),
        ([("`a.b`", "string", "ab", "string")], "ab\ndot\nnull"),
        ([("a.b", "string", "ab", "string"), ("id", "long", "id", "long")], "id\n1\n2"),
        (
            [("id", "long", "k.id", "long"), ("name", "string", "k.n.v", "string")],
            'k\n{"id": 1, "n": {"v": "x"}}\n{"id": 2, "n": {"v": null}}',
        ),
        ([("id", "long", "`x.y`", "long")], "x.y\n1\n2"),
        ([("name", "string", "n", "int")], "n\nnull\nnull"),
        ([("home", "struct", "h", "struct")], 'h\nnull\n{"city": "Bonn", "zip": "53"}'),
        ([("home.zip", "string", "z", "decimal(5,2)")], "z\n53.00\nnull"),
    ],
)
def test_apply_mapping_gives_the_mapped_fields_in_order(people, table, mappings, expected):
    assert table(ApplyMapping.apply(frame=people, mappings=mappings)) == expected


def test_apply_mapping_can_heed_case(people):
    mapped = people.apply_mapping([("NAME", "n"), ("id", "i")], case_sensitive=True)
    assert mapped.toDF().columns == ["i"]


def test_apply_mapping_refuses_a_row_that_is_no_mapping(people):
    with pytest.raises(ValueError, match="source, type, target, type"):
        people.apply_mapping([("id",)])


def test_apply_mapping_of_a_data_frame_gives_a_data_frame(people, table):
    mapped = DataFrameMapping.apply(people.toDF(), [("id", "long", "key", "string")])
    assert mapped.schema.simpleString() == "struct<key:string>"
    assert table(mapped) == "key\n1\n2"


def test_field_operations_stay_data_frame_operations(people):
    plan = (
        people.apply_mapping([("id", "long", "a", "int"), ("name", "string", "b", "string")])
        .rename_field("a", "c")
        .drop_fields(["b"])
        .toDF()
        ._jdf.queryExecution()
        .optimizedPlan()
        .toString()
    )
    assert "Project [cast(id#" in plan
    assert "UDF" not in plan


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["name", "id"], "name | id\nnull | 2\nx | 1"),
        (["home.zip"], 'home\nnull\n{"zip": "53"}'),
        (["`a.b`", "absent"], "a.b\ndot\nnull"),
    ],
)
def test_select_fields_keeps_only_the_paths(people, table, paths, expected):
    assert table(SelectFields.apply(people, paths=paths)) == expected


@pytest.mark.parametrize(
    ("paths", "columns"),
    [
        (["id", "absent"], ["name", "a.b", "home"]),
        (["home.city", "home.zip"], ["id", "name", "a.b"]),
        (["`a.b`", "home"], ["id", "name"]),
    ],
)
def test_drop_fields_leaves_the_others(people, paths, columns):
    assert DropFields.apply(people, paths=paths).toDF().columns == columns


def test_drop_fields_reaches_into_arrays(frame_of, table):
    frame = frame_of([([(1, "x")],), (None,)], "a array<struct<p:int,q:string>>")
    assert table(frame.drop_fields(["a[].p"])) == 'a\n[{"q": "x"}]\nnull'
    assert table(frame.drop_fields(["a.q"])) == 'a\n[{"p": 1}]\nnull'


@pytest.mark.parametrize(
    ("old", "new", "schema"),
    [
        ("id", "key", f"struct<key:bigint,name:string,a.b:string,{HOME}>"),
        ("home.zip", "home.code",
         "struct<id:bigint,name:string,a.b:string,home:struct<city:string,code:string>>"),
        ("`a.b`", "ab", f"struct<id:bigint,name:string,ab:string,{HOME}>"),
        ("home.zip", "code",
         "struct<id:bigint,name:string,a.b:string,home:struct<city:string>,code:string>"),
        ("name", "home.name",
         "struct<id:bigint,a.b:string,home:struct<city:string,zip:string,name:string>>"),
        ("absent", "x", f"struct<id:bigint,name:string,a.b:string,{HOME}>"),
    ],
)  # fmt: skip
def test_rename_field_renames_in_place_or_moves(people, old, new, schema):
    renamed = RenameField.apply(people, old, new)
    assert renamed.toDF().schema.simpleString() == schema


def test_split_fields_gives_both_sides(people):
    parts = SplitFields.apply(people, ["id", "home.zip"])
    assert list(parts.keys()) == ["frame1", "frame2"]
    assert parts["frame1"].toDF().columns == ["id", "home"]
    assert parts["frame2"].toDF().columns == ["name", "a.b", "home"]


@pytest.mark.parametrize(
    ("comparison", "ids"),
    [
        ({"age": {">": 10, "<": 20}}, ["2"]),
        ({"age": {">=": 20}}, ["3"]),
        ({"age": {"!=": 15}}, ["1", "3"]),
        ({"age": {"=": 15}, "id": {">": 2}}, []),
    ],
)
def test_split_rows_compares_and_leaves_nulls_behind(frame_of, table, comparison, ids):
    frame = frame_of([(1, 10), (2, 15), (3, 20), (4, None)], "id int, age int")
    parts = SplitRows.apply(frame, comparison)
    split = [row.split(" | ")[0] for row in table(parts["frame1"]).splitlines()[1:]]
    left = [row.split(" | ")[0] for row in table(parts["frame2"]).splitlines()[1:]]
    assert split == ids
    assert sorted(split + left) == ["1", "2", "3", "4"]


def test_split_rows_names_a_comparator_that_is_none(frame_of):
    with pytest.raises(ValueError, match="'~'"):
        frame_of([(1,)], "id int").split_rows({"id": {"~": 1}}, "a", "b")


def test_drop_null_fields_drops_what_is_null_in_every_record(frame_of):
    frame = frame_of(
        [(1, None, (None, "x")), (2, None, None)], "id int, gone string, s struct<p:int,q:string>"
    )
    assert DropNullFields.apply(frame).toDF().schema.simpleString() == (
        "struct<id:int,s:struct<q:string>>"
    )


def test_drop_null_fields_keeps_the_fields_of_a_frame_without_records(frame_of):
    assert DropNullFields.apply(frame_of([], "id int, n string")).toDF().columns == ["id", "n"]
