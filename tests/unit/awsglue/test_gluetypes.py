"""Types of schemas, merged and written."""

import copy

import pytest

from awsglue import gluetypes as glue


@pytest.mark.parametrize(
    ("data_type", "name"),
    [
        (glue.IntegerType(), "int"), (glue.LongType(), "long"), (glue.StringType(), "string"),
        (glue.DoubleType(), "double"), (glue.TimestampType(), "timestamp"),
        (glue.ChoiceType(), "choice"), (glue.StructType(), "struct"),
    ],
)  # fmt: skip
def test_type_names_are_those_of_glue(data_type, name):
    assert data_type.typeName() == name


NESTED = glue.StructType(
    [
        glue.Field("a", glue.ArrayType(glue.ChoiceType([glue.LongType(), glue.StringType()]))),
        glue.Field("m", glue.MapType(glue.DecimalType(12, 3))),
        glue.Field("e", glue.EnumType(["x", "y"])),
    ]
)


def test_a_type_is_read_back_from_its_json():
    assert glue.StructType.fromJsonValue(NESTED.jsonValue()) == NESTED


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        (glue.NullType(), glue.LongType(), glue.LongType()),
        (glue.LongType(), glue.UnknownType(), glue.LongType()),
        (glue.LongType(), glue.LongType(), glue.LongType()),
        (
            glue.StringType(),
            glue.LongType(),
            glue.ChoiceType([glue.LongType(), glue.StringType()]),
        ),
        (
            glue.ChoiceType([glue.LongType(), glue.StringType()]),
            glue.BooleanType(),
            glue.ChoiceType([glue.BooleanType(), glue.LongType(), glue.StringType()]),
        ),
        (
            glue.StructType([glue.Field("a", glue.LongType())]),
            glue.StructType([glue.Field("b", glue.LongType())]),
            glue.StructType([glue.Field("a", glue.LongType()), glue.Field("b", glue.LongType())]),
        ),
    ],
)
def test_merging_drops_null_and_makes_choices(first, second, merged):
    assert glue.mergeDataTypes(first, second) == merged


def test_a_struct_finds_its_fields():
    assert NESTED.hasField("m")
    assert NESTED.getField("m").dataType.valueType.scale == 3
    assert [field.name for field in NESTED] == ["a", "m", "e"]


def test_a_record_has_its_fields_as_attributes():
    record = glue.DynamicRecord(a=1)
    record.b = 2
    del record.a
    assert record == {"b": 2}
    assert not hasattr(record, "missing")
    assert copy.deepcopy(record) == record
    with pytest.raises(KeyError):
        record["missing"]
