"""Map, Filter and partitions in Python: values, types, errors.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-map.html
"""

import datetime
from decimal import Decimal

import pytest

from awsglue.transforms import ErrorsAsDynamicFrame, Filter, Map

pytestmark = pytest.mark.spark


@pytest.fixture
def numbers(frame_of):
    return frame_of([(1, "a"), (2, "b"), (3, None)], "id bigint, n string")


def test_filter_keeps_the_records_for_which_the_function_is_true(numbers, table):
    assert table(Filter.apply(numbers, lambda r: r["id"] > 1)) == "id | n\n2 | b\n3 | null"


def test_filter_reads_fields_as_attributes(numbers, table):
    assert table(numbers.filter(lambda r: r.n == "a")) == "id | n\n1 | a"


def test_missing_fields_and_wrong_types_count_as_false(numbers):
    assert numbers.filter(lambda r: r["absent"] == 1).count() == 0
    compared = numbers.filter(lambda r: r["n"] > "a")
    assert (compared.count(), compared.errorsCount()) == (1, 0)


def test_another_exception_in_filter_makes_an_error_record(numbers):
    filtered = numbers.filter(lambda r: 1 / (r["id"] - 2) > 0)
    assert [row.id for row in filtered.toDF().collect()] == [3]
    assert (filtered.errorsCount(), filtered.stageErrorsCount()) == (1, 1)
    error = ErrorsAsDynamicFrame.apply(filtered).toDF().collect()[0].error
    assert error.msg == "ZeroDivisionError: division by zero"
    assert error.dynamicRecord == '{"id":2,"n":"b"}'
    assert "ZeroDivisionError" in error.stackTrace


def test_map_merges_fields_into_a_struct_as_in_the_documentation(frame_of, table):
    def merge_address(record):
        record["Address"] = {"City": record["City"], "Zip.Code": record["Zip"]}
        record["Address"]["Array"] = [record["City"], record["Zip"]]
        del record["City"]
        del record["Zip"]
        return record

    frame = frame_of([(1, "Bonn", "53")], "Id bigint, City string, Zip string")
    mapped = Map.apply(frame, merge_address)
    assert mapped.toDF().schema.simpleString() == (
        "struct<Id:bigint,Address:struct<City:string,Zip.Code:string,Array:array<string>>>"
    )
    assert table(mapped) == (
        'Id | Address\n1 | {"City": "Bonn", "Zip.Code": "53", "Array": ["Bonn", "53"]}'
    )


def test_map_keeps_the_types_of_unchanged_fields(frame_of):
    schema = "a smallint, b double, c date, d timestamp, e decimal(8,2), f array<float>, g binary"
    day, moment = datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3)
    frame = frame_of([(1, 2.0, day, moment, Decimal("1.50"), [1.5], b"x")], schema)
    mapped = frame.map(lambda record: record)
    assert mapped.toDF().schema.simpleString() == frame.toDF().schema.simpleString()
    assert mapped.toDF().collect() == frame.toDF().collect()


@pytest.mark.parametrize(
    ("value", "data_type"),
    [
        (5, "int"),
        (2**40, "bigint"),
        (1.5, "double"),
        (True, "boolean"),
        ("x", "string"),
        (b"x", "binary"),
        (datetime.date(2026, 1, 2), "date"),
        (datetime.datetime(2026, 1, 2), "timestamp"),
        ([1, 2], "array<int>"),
        ({"k": [{"v": 1}]}, "struct<k:array<struct<v:int>>>"),
        (None, "void"),
    ],
)
def test_map_finds_the_type_of_a_new_field(frame_of, value, data_type):
    mapped = frame_of([(1,)], "id int").map(lambda record: {"v": value})
    assert mapped.toDF().schema["v"].dataType.simpleString() == data_type
    assert mapped.count() == 1


def test_map_gives_the_union_of_fields_and_choices(numbers, tree):
    mapped = numbers.map(lambda r: {"v": r["id"] if r["id"] < 2 else "x"} | {r["n"] or "z": 1})
    assert tree(mapped) == (
        "root\n|-- v: choice\n|    |-- int\n|    |-- string\n|-- a: int\n|-- b: int\n|-- z: int"
    )


def test_map_sees_the_value_of_a_choice(json_frame, table):
    frame = json_frame('{"v": 1}', '{"v": "x"}')
    assert table(frame.map(lambda r: {"t": type(r["v"]).__name__})) == "t\nint\nstr"


def test_an_exception_or_nothing_in_map_makes_an_error_record(numbers, table):
    mapped = numbers.map(lambda r: {"n": r["n"].upper()} if r["id"] != 1 else None)
    assert table(mapped) == "n\nB"
    messages = {row.error.msg for row in mapped.errorsAsDynamicFrame().toDF().collect()}
    assert messages == {
        "The function returned no record.",
        "AttributeError: 'NoneType' object has no attribute 'upper'",
    }


def test_errors_of_earlier_stages_are_counted_too(numbers):
    later = numbers.map(lambda r: {"n": r["n"].upper()}).rename_field("n", "m")
    assert (later.errorsCount(), later.stageErrorsCount()) == (1, 0)


def test_a_threshold_fails_the_job(numbers):
    mapped = numbers.map(lambda r: {"n": r["n"].upper()}, stageThreshold=1)
    with pytest.raises(RuntimeError, match="1 error records, and stageThreshold is 1"):
        mapped.count()


def test_partitions_are_mapped_as_a_whole(numbers, table):
    mapped = numbers.coalesce(1).mapPartitions(lambda records: [{"n": len(list(records))}])
    assert table(mapped) == "n\n3"
    indexed = numbers.coalesce(1).mapPartitionsWithIndex(lambda i, rs: [{"i": i} for _ in rs])
    assert table(indexed) == "i\n0\n0\n0"


def test_show_prints_records_as_json(frame_of, capsys):
    frame_of([(1, ("é",), [1])], "id int, s struct<a:string>, l array<int>").show()
    assert capsys.readouterr().out == '{"id": 1, "s": {"a": "é"}, "l": [1]}\n'


def test_a_frame_is_made_of_an_rdd(glue_context, table):
    rdd = glue_context.spark_session.sparkContext.parallelize([(1, "x")])
    frame = glue_context.create_dynamic_frame.from_rdd(rdd, "made", "id int, n string")
    assert (frame.name, table(frame)) == ("made", "id | n\n1 | x")
