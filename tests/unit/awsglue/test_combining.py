"""Joins, unions, merges, and nested data as flat tables.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import pytest

from awsglue.transforms import (
    Coalesce,
    FlatMap,
    Join,
    MapToCollection,
    Relationalize,
    RenameField,
    Repartition,
    SelectFromCollection,
    Unbox,
    Union,
    UnnestFrame,
)
from awsglue.utils import getResolvedOptions

pytestmark = pytest.mark.spark


def test_join_keeps_the_keys_of_both_sides(frame_of, table):
    left = frame_of([(1, "a"), (2, "b"), (None, "c")], "id int, n string")
    right = frame_of([(1, "x"), (1, "y"), (None, "z")], "person_id int, role string")
    joined = Join.apply(left, right, "id", "person_id")
    assert table(joined) == "id | n | person_id | role\n1 | a | 1 | x\n1 | a | 1 | y"


def test_a_name_on_both_sides_gets_a_dot(frame_of, table):
    left = frame_of([(1, "a")], "id int, n string")
    joined = left.join(["id"], ["id"], frame_of([(1, "b")], "id int, n string"))
    assert table(joined) == "id | n | .id | .n\n1 | a | 1 | b"
    assert joined.drop_fields(["`.id`"]).toDF().columns == ["id", "n", ".n"]


def test_a_frame_joins_itself(frame_of, table):
    frame = frame_of([(1, 2), (2, 1)], "id int, boss int")
    assert table(frame.join(["boss"], ["id"], frame)) == (
        "id | boss | .id | .boss\n1 | 2 | 2 | 1\n2 | 1 | 1 | 2"
    )


def test_join_by_nested_keys(frame_of, table):
    left = frame_of([((1,),)], "s struct<id:int>")
    assert table(left.join(["s.id"], ["k"], frame_of([(1,)], "k int"))) == 's | k\n{"id": 1} | 1'


def test_join_names_a_key_that_is_not_there(frame_of):
    with pytest.raises(ValueError, match="'absent'"):
        frame_of([(1,)], "a int").join(["absent"], ["a"], frame_of([(1,)], "a int"))


def test_union_is_by_name_and_fills_with_null(frame_of, table):
    first = frame_of([(1, ("x",))], "id int, s struct<a:string>")
    second = frame_of([(("y", 2), 3)], "s struct<a:string,b:int>, id bigint")
    assert table(Union.apply(first, second)) == (
        'id | s\n1 | {"a": "x", "b": null}\n3 | {"a": "y", "b": 2}'
    )


def test_merge_takes_staged_records_over_those_with_the_same_keys(frame_of, table):
    source = frame_of([(1, "old"), (2, "kept"), (2, "kept too")], "id int, v string")
    stage = frame_of([(1, "new"), (3, "added")], "id int, v string")
    assert table(source.mergeDynamicFrame(stage, ["id"])) == (
        "id | v\n1 | new\n2 | kept\n2 | kept too\n3 | added"
    )


def test_unnest_makes_dotted_columns_and_leaves_arrays(frame_of):
    frame = frame_of([(1, (2, (3,)), [4])], "i int, s struct<a:int,t:struct<b:int>>, l array<int>")
    assert UnnestFrame.apply(frame).toDF().schema.simpleString() == (
        "struct<i:int,s.a:int,s.t.b:int,l:array<int>>"
    )


@pytest.fixture
def nested(json_frame):
    return json_frame(
        '{"id": 1, "name": {"first": "A"}, "links": [{"url": "u", "tags": ["p", "q"]}], "n": [5]}',
        '{"id": 2, "name": {"first": "B"}, "links": [], "n": [6, 7]}',
    )


def test_relationalize_gives_a_table_for_each_array(nested, tmp_path):
    tables = nested.relationalize("root", str(tmp_path))
    schemas = {name: tables[name].toDF().schema.simpleString() for name in tables}
    assert schemas == {
        "root": "struct<id:bigint,links:bigint,n:bigint,name.first:string>",
        "root_links": "struct<id:bigint,index:int,links.val.tags:bigint,links.val.url:string>",
        "root_links.val.tags": "struct<id:bigint,index:int,links.val.tags.val:string>",
        "root_n": "struct<id:bigint,index:int,n.val:bigint>",
    }


def test_the_keys_of_relationalized_tables_join(nested, tmp_path):
    tables = nested.relationalize("root", str(tmp_path))
    root, links = tables["root"].toDF(), tables["root_links"].toDF()
    tags, numbers = tables["root_links.val.tags"].toDF(), tables["root_n"].toDF()
    rows = root.join(numbers, root.n == numbers.id).select(root.id, "index", "`n.val`").collect()
    assert sorted(map(tuple, rows)) == [(1, 0, 5), (2, 0, 6), (2, 1, 7)]
    joined = root.join(links, root.links == links.id).join(
        tags, links["`links.val.tags`"] == tags.id
    )
    found = joined.select(root.id, tags["index"], "`links.val.tags.val`").collect()
    assert sorted(map(tuple, found)) == [(1, 0, "p"), (1, 1, "q")]


def test_relationalize_without_staging_path_needs_the_jobs_temp_dir(frame_of):
    frame = frame_of([(1,)], "id int")
    getResolvedOptions(["s.py"], [])
    with pytest.raises(ValueError, match="TempDir"):
        Relationalize.apply(frame)
    getResolvedOptions(["s.py", "--TempDir", "s3://temp/"], [])
    assert list(Relationalize.apply(frame).keys()) == ["roottable"]


def test_unbox_parses_json_text(frame_of, table):
    frame = frame_of([(1, '{"a": 1}'), (2, '{"b": "x"}')], "id int, t string")
    assert table(Unbox.apply(frame, "t", "json")) == (
        'id | t\n1 | {"a": 1, "b": null}\n2 | {"a": null, "b": "x"}'
    )
    with pytest.raises(NotImplementedError, match="'avro'"):
        frame.unbox("t", "avro")


def test_collections_are_mapped_flattened_and_selected(frame_of, glue_context):
    frame = frame_of([(1, 2)], "a int, b int")
    parts = frame.split_fields(["a"], "left", "right")
    renamed = FlatMap.apply(parts, RenameField, "frame", old_name="a", new_name="c")
    assert renamed["left"].toDF().columns == ["c"]
    counted = MapToCollection.apply(parts, lambda part, ctx: part.rename_field("b", f"b{ctx}"), "_")
    assert counted["right"].toDF().columns == ["b_right"]
    assert SelectFromCollection.apply(parts, "left").toDF().columns == ["a"]
    assert SelectFromCollection.apply(parts, "absent").count() == 0


def test_partitions_are_counted_spread_and_merged(frame_of):
    frame = Repartition.apply(frame_of([(i,) for i in range(8)], "i int"), 5)
    assert frame.getNumPartitions() == 5
    assert Coalesce.apply(frame, 2).getNumPartitions() == 2
    assert frame.coalesce(7, shuffle=True).getNumPartitions() == 7
