"""Tables of the Data Catalog as sources and as targets.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-partitions.html
https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

import json

import pytest

from awsglue._type_names import catalog_type, parse_type

pytestmark = pytest.mark.spark

SERDES = {
    "json": "org.openx.data.jsonserde.JsonSerDe",
    "csv": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    "opencsv": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
}


def columns(text):
    return [
        {"Name": name, "Type": data_type}
        for name, data_type in (part.split(" ") for part in text.split("; ") if part)
    ]


@pytest.fixture
def make_table(glue, tmp_path):
    """Return a function that makes a table over a folder, and its partitions over others."""

    def make(format, data, keys="", partitions=(), name="events", **parameters):
        serde = {"SerializationLibrary": SERDES[format], "Parameters": parameters}
        descriptor = {
            "Columns": columns(data),
            "Location": f"file://{tmp_path}/{name}/",
            "SerdeInfo": serde,
        }
        (tmp_path / name).mkdir(exist_ok=True)
        glue.create_table(
            DatabaseName="lake",
            TableInput={
                "Name": name,
                "StorageDescriptor": descriptor,
                "PartitionKeys": columns(keys),
            },
        )
        for values, folder in partitions:
            place = {**descriptor, "Location": f"file://{tmp_path}/{name}/{folder}/"}
            glue.create_partition(
                DatabaseName="lake",
                TableName=name,
                PartitionInput={"Values": list(values), "StorageDescriptor": place},
            )
        return tmp_path / name

    return make


@pytest.fixture
def read(glue_context):
    def call(name="events", **options):
        reader = glue_context.create_dynamic_frame
        return reader.from_catalog(database="lake", table_name=name, **options)

    return call


def put(file, *records):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_json_table_has_its_columns_in_its_types(make_table, read, table):
    folder = make_table("json", "userid int; name string; big double; absent date")
    put(folder / "a.json", {"userId": 1, "name": "x", "big": 2, "other": 1})
    frame = read()
    assert frame.toDF().schema.simpleString() == (
        "struct<userid:int,name:string,big:double,absent:date>"
    )
    assert table(frame) == "userid | name | big | absent\n1 | x | 2.0 | null"


def test_a_number_beyond_the_tables_type_ends_the_job(make_table, read, table):
    folder = make_table("json", "id int; many array<int>")
    put(folder / "a.json", {"id": 2147483647, "many": [1]})
    assert read().toDF().collect() == [(2147483647, [1])]
    put(folder / "b.json", {"id": 1, "many": [2147483648]})
    with pytest.raises(Exception, match="2147483648 is no int, which is the column's type"):
        read().toDF().collect()


def test_the_path_of_a_classifier_selects_the_records(make_table, read, glue, table):
    folder = make_table("json", "id int", "day string", [(("01",), "01"), (("02",), "02")])
    events = glue.get_table(DatabaseName="lake", Name="events")["Table"]
    kept = {key: events[key] for key in ("Name", "StorageDescriptor", "PartitionKeys")}
    # As a crawler with a JSON classifier leaves it.
    path = {"classification": "json", "jsonPath": "$.features[*].properties"}
    glue.update_table(DatabaseName="lake", TableInput={**kept, "Parameters": path})
    for day, ids in (("01", (1, 2)), ("02", (3,))):
        features = [{"properties": {"id": each}} for each in ids]
        put(folder / day / "a.json", {"type": "FeatureCollection", "features": features})
    assert table(read()) == "id | day\n1 | 01\n2 | 01\n3 | 02"


@pytest.fixture
def days(make_table):
    """A table of three partitions, one of them not named key=value."""
    folder = make_table(
        "json",
        "id int",
        "year int; day string",
        [
            (("2026", "01"), "year=2026/day=01"),
            (("2026", "02"), "moved b [1]"),
            (("2025", "09"), "c"),
        ],
    )
    put(folder / "year=2026/day=01/a.json", {"id": 1})
    put(folder / "moved b [1]/a.json", {"id": 2})
    put(folder / "c/a.json", {"id": 3})
    put(folder / "unknown/a.json", {"id": 4})
    return folder


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        ("", "1 | 2026 | 01\n2 | 2026 | 02\n3 | 2025 | 09"),
        ("year = 2026", "1 | 2026 | 01\n2 | 2026 | 02"),
        ("year >= 2026 and day in ('02', '03')", "2 | 2026 | 02"),
        ("concat(year, '-', day) < '2026-01'", "3 | 2025 | 09"),
    ],
)
def test_partitions_are_selected_by_predicate_and_are_columns(
    days, read, table, predicate, expected
):
    frame = read(push_down_predicate=predicate)
    assert frame.toDF().schema.simpleString() == "struct<id:int,year:int,day:string>"
    assert table(frame) == f"id | year | day\n{expected}"


def test_only_the_files_of_selected_partitions_are_read(days, read):
    (days / "c/a.json").write_text("this is no JSON")
    frame = read(push_down_predicate="year = 2026")
    assert (frame.count(), frame.errorsCount()) == (2, 0)
    assert all("/c/" not in file for file in frame.toDF().inputFiles())


def test_no_partition_gives_an_empty_frame_with_the_schema(days, read):
    frame = read(push_down_predicate="year = 1999")
    assert frame.count() == 0
    assert frame.toDF().schema.simpleString() == "struct<id:int,year:int,day:string>"


def test_a_predicate_on_another_column_names_the_keys(days, read):
    with pytest.raises(ValueError, match=r"\['year', 'day'\] of lake.events"):
        read(push_down_predicate="id = 1")


def test_the_servers_predicate_is_sent_to_the_server(days, read, table):
    options = {"catalogPartitionPredicate": "year = '2025'"}
    assert table(read(additional_options=options)) == "id | year | day\n3 | 2025 | 09"


def test_partitioned_tables_add_no_python_rows(days, read):
    plan = read().toDF()._jdf.queryExecution().executedPlan().toString()
    assert "FileScan json" in plan
    assert "BroadcastHashJoin" in plan
    assert "EvalPython" not in plan


@pytest.mark.parametrize(
    ("serde", "parameters", "text"),
    [
        ("csv", {"field.delim": "|"}, "1|2.5|x\n|0|\n"),
        ("csv", {"field.delim": ",", "skip.header.line.count": "1"}, "a,b,c\n1,2.5,x\n,0,\n"),
        ("opencsv", {"separatorChar": ";", "quoteChar": "'"}, "1;2.5;'x'\n;0;\n"),
    ],
)
def test_a_csv_table_is_parsed_by_its_serde(make_table, read, table, serde, parameters, text):
    folder = make_table(serde, "id bigint; price double; n string", **parameters)
    (folder / "a.csv").write_text(text)
    frame = read()
    assert frame.toDF().schema.simpleString() == "struct<id:bigint,price:double,n:string>"
    assert table(frame) == "id | price | n\n1 | 2.5 | x\nnull | 0.0 | null"


@pytest.mark.parametrize(
    "lines", [{"skip.header.line.count": "2"}, {"skip.footer.line.count": "1"}]
)
def test_lines_that_are_no_records_are_refused_but_for_a_header(make_table, read, lines):
    folder = make_table("csv", "id bigint", **{"field.delim": ",", **lines})
    (folder / "a.csv").write_text("about\nid\n1\n")
    with pytest.raises(NotImplementedError, match=r"lake.events with skip.\w+.line.count = "):
        read()


def test_a_partition_of_another_format_is_refused(days, read, glue):
    found = glue.get_partition(
        DatabaseName="lake", TableName="events", PartitionValues=["2025", "09"]
    )["Partition"]
    serde = {"SerializationLibrary": SERDES["csv"]}
    glue.update_partition(
        DatabaseName="lake",
        TableName="events",
        PartitionValueList=["2025", "09"],
        PartitionInput={
            "Values": ["2025", "09"],
            "StorageDescriptor": {**found["StorageDescriptor"], "SerdeInfo": serde},
        },
    )
    with pytest.raises(NotImplementedError, match=r"the partition \['2025', '09'\], whose SerDe"):
        read()


def test_other_text_in_a_column_of_numbers_makes_a_choice(make_table, read, tree):
    # As `provider id` of the documentation's Medicare example: long and string.
    folder = make_table("csv", "id bigint; n bigint", **{"field.delim": ","})
    (folder / "a.csv").write_text("1,1\nerror,2\n")
    assert tree(read()) == "root\n|-- id: choice\n|    |-- long\n|    |-- string\n|-- n: long"


def test_a_parquet_table_is_read_in_its_types(make_table, read, glue_context, table):
    folder = make_table("parquet", "id bigint; n string")
    session = glue_context.spark_session
    session.sql("select 1 id, 'x' n, 5 other").write.mode("append").parquet(folder.as_uri())
    frame = read()
    assert frame.toDF().schema.simpleString() == "struct<id:bigint,n:string>"
    assert table(frame) == "id | n\n1 | x"


def test_a_table_that_is_not_there_is_the_apis_error(glue, read):
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        read("absent")


def test_name_space_stands_for_database(make_table, glue_context):
    make_table("json", "id int")
    frame = glue_context.create_dynamic_frame.from_catalog(name_space="lake", table_name="events")
    assert frame.toDF().columns == ["id"]


def test_a_schema_is_given_as_sparks(days, glue_context):
    schema = glue_context.get_catalog_schema_as_spark_schema("lake", "events")
    assert schema.simpleString() == "struct<id:int,year:int,day:string>"


@pytest.mark.parametrize(
    "text",
    ["array<struct<a:int,b:map<string,decimal(5,2)>>>", "struct<a b.c:string,x-y:array<bigint>>"],
)
def test_type_strings_are_read_and_written(text):
    assert catalog_type(parse_type(text)) == text


@pytest.mark.parametrize(
    ("text", "data_type"),
    [("varchar(20)", "string"), ("char(2)", "string"), ("SMALLINT", "smallint"),
     ("decimal", "decimal(10,0)"), ("long", "bigint")],
)  # fmt: skip
def test_type_strings_have_other_names(text, data_type):
    assert parse_type(text).simpleString() == data_type


def sink(glue_context, folder, keys=("day",), format="glueparquet", **options):
    made = glue_context.getSink(
        "s3",
        path=folder.as_uri(),
        enableUpdateCatalog=True,
        partitionKeys=list(keys),
        **options,
    )
    made.setFormat(format)
    made.setCatalogInfo(catalogDatabase="lake", catalogTableName="made")
    return made


DAYS = [(1, "a", "01"), (2, "b", "02")]


def test_a_sink_makes_its_table_and_partitions(glue, frame_of, glue_context, tmp_path, read, table):
    sink(glue_context, tmp_path / "m").writeFrame(frame_of(DAYS, "id int, n string, day string"))
    made = glue.get_table(DatabaseName="lake", Name="made")["Table"]
    assert made["StorageDescriptor"]["Columns"] == columns("id int; n string")
    assert made["PartitionKeys"] == columns("day string")
    assert made["Parameters"]["classification"] == "parquet"
    assert table(read("made")) == "id | n | day\n1 | a | 01\n2 | b | 02"


@pytest.mark.parametrize(
    ("behavior", "table_columns", "partitions"),
    [
        ("UPDATE_IN_DATABASE", "id int; n string; more bigint", [["01"], ["02"], ["03"]]),
        ("LOG", "id int; n string", [["01"], ["02"]]),
    ],
)
def test_a_new_field_updates_the_table_as_the_behavior_says(
    glue, frame_of, glue_context, tmp_path, behavior, table_columns, partitions
):
    schema = "id int, n string, day string"
    sink(glue_context, tmp_path / "m").writeFrame(frame_of(DAYS, schema))
    wider = frame_of([(3, "c", 4, "03")], "id int, n string, more bigint, day string")
    sink(glue_context, tmp_path / "m", updateBehavior=behavior).writeFrame(wider)
    made = glue.get_table(DatabaseName="lake", Name="made")["Table"]
    assert made["StorageDescriptor"]["Columns"] == columns(table_columns)
    found = glue.get_partitions(DatabaseName="lake", TableName="made")["Partitions"]
    assert sorted(partition["Values"] for partition in found) == partitions


def test_log_adds_partitions_of_known_fields(glue, frame_of, glue_context, tmp_path):
    schema = "id int, n string, day string"
    sink(glue_context, tmp_path / "m").writeFrame(frame_of(DAYS, schema))
    again = frame_of([(3, "c", "03"), (4, "d", "02")], schema)
    sink(glue_context, tmp_path / "m", updateBehavior="LOG").writeFrame(again)
    found = glue.get_partitions(DatabaseName="lake", TableName="made")["Partitions"]
    assert sorted(partition["Values"] for partition in found) == [["01"], ["02"], ["03"]]


def test_partition_keys_must_be_the_tables(glue, frame_of, glue_context, tmp_path):
    frame = frame_of(DAYS, "id int, n string, day string")
    sink(glue_context, tmp_path / "m").writeFrame(frame)
    with pytest.raises(ValueError, match=r"must be those of lake.made, in order: \['day'\]"):
        sink(glue_context, tmp_path / "m", keys=["n"]).writeFrame(frame)


def test_plain_parquet_cannot_update_the_catalog(glue, frame_of, glue_context, tmp_path):
    frame = frame_of(DAYS, "id int, n string, day string")
    with pytest.raises(ValueError, match="glueparquet"):
        sink(glue_context, tmp_path / "m", format="parquet").writeFrame(frame)


def test_a_frame_is_written_where_a_table_is(make_table, read, frame_of, table):
    make_table("csv", "id int; n string", **{"field.delim": "|"})
    frame = frame_of([(1, "x y")], "id int, n string")
    frame.glue_ctx.write_dynamic_frame.from_catalog(frame, "lake", "events")
    assert table(read()) == "id | n\n1 | x y"
