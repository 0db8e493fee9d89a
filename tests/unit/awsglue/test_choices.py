"""Choice types and their resolution.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ResolveChoice.html
"""

import pytest

from awsglue.dynamicframe import ResolveOption
from awsglue.gluetypes import ChoiceType, DoubleType, LongType, StringType
from awsglue.transforms import ResolveChoice

pytestmark = pytest.mark.spark


@pytest.fixture
def mixed(json_frame):
    return json_frame('{"k": 1, "v": 7}', '{"k": 2, "v": "7"}', '{"k": 3, "v": "x"}', '{"k": 4}')


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ([("v", "cast:long")], "k | v\n1 | 7\n2 | 7\n3 | null\n4 | null"),
        ([("v", "cast:string")], "k | v\n1 | 7\n2 | 7\n3 | x\n4 | null"),
        # The class page: values of other types are dropped.
        ([("v", "project:long")], "k | v\n1 | 7\n2 | null\n3 | null\n4 | null"),
        ([("v", "project:string")], "k | v\n1 | null\n2 | 7\n3 | x\n4 | null"),
        (
            [("v", "make_cols")],
            "k | v_long | v_string\n1 | 7 | null\n2 | null | 7\n3 | null | x\n4 | null | null",
        ),
        (
            [("v", "make_struct"), ("k", "cast:string"), ("absent", "cast:int")],
            'k | v\n1 | {"long": 7, "string": null}\n2 | {"long": null, "string": "7"}\n'
            '3 | {"long": null, "string": "x"}\n4 | null',
        ),
    ],
)
def test_specs_resolve_the_choice_at_their_path(mixed, table, specs, expected):
    assert table(ResolveChoice.apply(frame=mixed, specs=specs)) == expected


@pytest.mark.parametrize(
    ("choice", "schema"),
    [
        ("cast:double", "struct<k:bigint,v:double>"),
        ("make_cols", "struct<k:bigint,v_long:bigint,v_string:string>"),
        ("make_struct", "struct<k:bigint,v:struct<long:bigint,string:string>>"),
        ("project:string", "struct<k:bigint,v:string>"),
        ("CAST:STRING", "struct<k:bigint,v:string>"),
    ],
)
def test_choice_resolves_every_choice(mixed, choice, schema):
    resolved = mixed.resolveChoice(choice=choice)
    assert resolved.toDF().schema.simpleString() == schema
    assert "choice" not in str(resolved.schema())


def test_match_catalog_casts_choices_to_the_tables_types(mixed, glue):
    glue.create_table(
        DatabaseName="lake",
        TableInput={
            "Name": "t",
            "StorageDescriptor": {"Columns": [{"Name": "v", "Type": "int"}]},
        },
    )
    resolved = mixed.resolveChoice(choice="MATCH_CATALOG", database="lake", table_name="t")
    assert resolved.toDF().schema.simpleString() == "struct<k:bigint,v:int>"


@pytest.mark.parametrize("arguments", [{}, {"specs": [("v", "cast:int")], "choice": "make_cols"}])
def test_exactly_one_of_specs_and_choice_is_needed(mixed, arguments):
    with pytest.raises(ValueError, match="either specs or choice"):
        mixed.resolveChoice(**arguments)


def test_an_action_that_is_none_is_named(mixed):
    with pytest.raises(ValueError, match="'guess'"):
        mixed.resolveChoice(specs=[("v", "guess")])


def test_a_choice_in_an_array_is_reached_with_brackets(json_frame, table):
    # The example of the documentation: myList[].price with cast:double.
    frame = json_frame('{"myList": [{"price": 100.00}, {"price": "$100.00"}]}')
    resolved = frame.resolveChoice(specs=[("myList[].price", "cast:double")])
    assert table(resolved) == 'myList\n[{"price": 100.0}, {"price": null}]'


def test_the_elements_of_an_array_are_cast(json_frame, table):
    frame = json_frame('{"a": [1, "x"]}')
    assert table(frame.resolveChoice(specs=[("a[]", "cast:string")])) == 'a\n["1", "x"]'


def test_the_schema_shows_the_choice_until_it_is_resolved(mixed):
    assert mixed.schema().getField("v").dataType == ChoiceType([LongType(), StringType()])
    assert mixed.resolveChoice([("v", "cast:long")]).schema().getField("v").dataType == LongType()


def test_choices_survive_other_operations(mixed, tree):
    kept = mixed.rename_field("v", "w").select_fields(["w"]).filter(lambda r: r["w"] is not None)
    assert tree(kept.repartition(1)) == "root\n|-- w: choice\n|    |-- long\n|    |-- string"


def test_mapping_a_choice_to_a_type_casts_it(mixed, table):
    mapped = mixed.apply_mapping([("v", "long", "n", "long")])
    assert table(mapped) == "n\n7\n7\nnull\nnull"


@pytest.mark.parametrize(
    ("option", "schema"),
    [
        (ResolveOption("v", "KeepAsStruct"), "struct<long:bigint,string:string>"),
        (ResolveOption("v", "Project", LongType()), "bigint"),
        (ResolveOption("v", "Cast", DoubleType()), "double"),
    ],
)
def test_to_df_takes_options(mixed, option, schema):
    assert mixed.toDF([option]).schema["v"].dataType.simpleString() == schema


def test_to_df_forgets_the_mark(mixed):
    assert mixed.toDF().schema["v"].metadata == {}
    assert mixed.toDF().schema["v"].dataType.simpleString() == "struct<long:bigint,string:string>"


def test_the_union_of_frames_with_different_types_is_a_choice(frame_of, tree, table):
    united = frame_of([(1, 1)], "k int, v int").union(frame_of([(2, "x")], "k int, v string"))
    assert tree(united) == "root\n|-- k: int\n|-- v: choice\n|    |-- int\n|    |-- string"
    assert table(united.resolveChoice([("v", "make_cols")])) == (
        "k | v_int | v_string\n1 | 1 | null\n2 | null | x"
    )
