"""CSV and Parquet files, which files a source reads, and what a sink writes.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
"""

import json

import boto3
import pytest

from awsglue._sources.globs import translate_glob
from awsglue._sources.listing import list_files
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrameCollection

pytestmark = pytest.mark.spark


@pytest.fixture
def read(glue_context, tmp_path):
    def call(format, connection_options=None, **format_options):
        options = {"paths": [tmp_path.as_uri()], **(connection_options or {})}
        reader = glue_context.create_dynamic_frame
        return reader.from_options("s3", options, format, format_options)

    return call


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("1,x\n2,y\n", {}, "col0 | col1\n1 | x\n2 | y"),
        ("id,n\n1,x\n", {"withHeader": True}, "id | n\n1 | x"),
        ("id|n\n1|x,y\n", {"withHeader": True, "separator": "|"}, "id | n\n1 | x,y"),
        ("junk,\n1,x\n", {"skipFirst": True}, "col0 | col1\n1 | x"),
        ('"a ""b""",1\n', {}, 'col0 | col1\na "b" | 1'),
        ("'a,b',1\n", {"quoteChar": "'"}, "col0 | col1\na,b | 1"),
        ('"a,1\n', {"quoteChar": -1}, 'col0 | col1\n"a | 1'),
        ('"a\\"b",1\n', {"escaper": "\\"}, 'col0 | col1\na"b | 1'),
        ('"a\nb",1\n', {"multiLine": True}, "col0 | col1\na\nb | 1"),
    ],
)
def test_csv_is_read_by_its_options(read, tmp_path, table, text, options, expected):
    (tmp_path / "a.csv").write_text(text)
    assert table(read("csv", **options)) == expected


def test_csv_columns_are_strings(read, tmp_path):
    (tmp_path / "a.csv").write_text("id,price\n1,2.5\n")
    assert read("csv", withHeader=True).toDF().schema.simpleString() == (
        "struct<id:string,price:string>"
    )


def test_csv_files_with_other_headers_are_an_error_not_a_mixture(read, tmp_path):
    (tmp_path / "a.csv").write_text("id,n\n1,x\n")
    (tmp_path / "b.csv").write_text("n,id\ny,2\n")
    with pytest.raises(Exception, match="header"):
        read("csv", withHeader=True).toDF().collect()


def test_parquet_is_the_union_of_its_files(read, glue_context, tmp_path, table):
    session = glue_context.spark_session
    session.sql("select 1 id, 'x' n").write.mode("append").parquet(tmp_path.as_uri())
    session.sql("select 2 id, 1.5D size").write.mode("append").parquet(tmp_path.as_uri())
    # By name: which file's fields come first is not defined.
    merged = read("parquet").select_fields(["id", "n", "size"])
    assert table(merged) == "id | n | size\n1 | x | null\n2 | null | 1.5"


@pytest.fixture
def tree_of_files(tmp_path):
    for name in ("a.json", "b.json", "sub/c.json", "sub/_d.json", "sub/.e.json", "k=1/f[1].json"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"file": name}) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "files"),
    [
        ({}, ["a.json", "b.json"]),
        ({"recurse": True}, ["a.json", "b.json", "k=1/f[1].json", "sub/c.json"]),
        ({"recurse": True, "exclusions": '["**/c.json", "b*"]'}, ["a.json", "k=1/f[1].json"]),
        ({"exclusions": ["{a,b}.json"]}, []),
        ({"recurse": "true", "groupFiles": "inPartition", "groupSize": "1048576"},
         ["a.json", "b.json", "k=1/f[1].json", "sub/c.json"]),
    ],
)  # fmt: skip
def test_a_source_reads_the_files_that_its_options_leave(read, tree_of_files, options, files):
    rows = read("json", options).toDF().collect()
    assert sorted(row.file for row in rows) == files


def test_the_name_of_the_file_is_attached(read, tree_of_files):
    rows = read("json", {"attachFilename": "source"}).toDF().collect()
    assert sorted(row.source.rsplit("/", 1)[1] for row in rows) == ["a.json", "b.json"]


@pytest.mark.parametrize(
    ("glob", "name", "matches"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "d/a.csv", False),
        ("**.csv", "d/a.csv", True),
        ("**/*.csv", "d/e/a.csv", True),
        ("a?.csv", "ab.csv", True),
        ("[a-c].csv", "b.csv", True),
        ("[!a-c].csv", "b.csv", False),
        ("{x,y*}.csv", "yes.csv", True),
        ("a+b.csv", "aab.csv", False),
    ],
)
def test_globs_are_those_of_the_documentation(glob, name, matches):
    assert bool(translate_glob(glob).fullmatch(name)) is matches


def test_objects_of_s3_are_listed_below_their_prefix_only(glue, spark):
    client = boto3.client("s3")
    client.create_bucket(Bucket="lake")
    for key in ("d/a.json", "d/dt=1/b.json", "d/_c.json", "data/x.json", "d/"):
        client.put_object(Bucket="lake", Key=key, Body=b"{}")
    listed = list_files(spark, "s3://lake/d")
    assert [file.uri for file in listed] == ["s3://lake/d/a.json", "s3://lake/d/dt=1/b.json"]
    assert listed[0].modified_ms > 1_700_000_000_000


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"boundedFiles": "5"}, "'boundedFiles'"),
        ({"compressionType": "gzip"}, "compressionType 'gzip' and the file"),
    ],
)
def test_options_that_are_not_there_are_refused_by_name(read, tree_of_files, options, sentence):
    with pytest.raises(NotImplementedError, match=sentence):
        read("json", options)


@pytest.mark.parametrize("format", ["avro", "orc", "xml", "ion", "grokLog", "hudi", "iceberg"])
def test_formats_that_are_not_there_are_refused_by_name(read, format):
    with pytest.raises(NotImplementedError, match=format):
        read(format)


@pytest.mark.parametrize("connection", ["mysql", "oracle", "dynamodb", "kafka"])
def test_connections_that_are_not_there_are_refused_by_name(glue_context, connection):
    with pytest.raises(NotImplementedError, match=connection):
        glue_context.create_dynamic_frame.from_options(connection)
    with pytest.raises(NotImplementedError, match=connection):
        glue_context.getSink(connection)


def written(folder, pattern="part-*"):
    return sorted(
        str(file.relative_to(folder)).split("/part-")[0] + ": " + file.read_text()
        if file.parent != folder
        else file.read_text()
        for file in folder.rglob(pattern)
    )


CSV = "id int, n string"


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        ([(1, "x")], {}, "id,n\n1,x\n"),
        ([(1, "x")], {"writeHeader": False}, "1,x\n"),
        ([(1, "a b"), (-2, None)], {"writeHeader": False}, '1,"a b"\n-2,\n'),
        ([(1, 'q"x'), (2, "a-b")], {"writeHeader": False}, '1,"q""x"\n2,a-b\n'),
        ([(1, "y" * 24), (2, "y" * 25)], {"writeHeader": False},
         f'1,{"y" * 24}\n2,"{"y" * 25}"\n'),
        ([(1, "a,b")], {"writeHeader": False, "quoteChar": -1}, "1,a,b\n"),
    ],
)  # fmt: skip
def test_csv_is_quoted_as_glue_quotes(frame_of, tmp_path, rows, options, expected):
    frame = frame_of(rows, CSV).coalesce(1)
    frame.write("s3", {"path": (tmp_path / "o").as_uri()}, "csv", options)
    assert written(tmp_path / "o") == [expected]


def test_partition_keys_become_folders_each_file_with_its_header(frame_of, tmp_path):
    frame = frame_of([(1, "a"), (2, "b"), (3, "a")], CSV)
    path = (tmp_path / "o").as_uri()
    frame.glue_ctx.write_dynamic_frame.from_options(
        frame, "s3", {"path": path, "partitionKeys": ["n"]}, "csv"
    )
    assert written(tmp_path / "o") == ["n=a: id\n1\n3\n", "n=b: id\n2\n"]


def test_a_sink_adds_files_and_no_marker(frame_of, tmp_path, read, table):
    for number in (1, 2):
        frame_of([(number,)], "id int").write("s3", {"path": tmp_path.as_uri()}, "glueparquet")
    assert table(read("parquet")) == "id\n1\n2"
    assert not list(tmp_path.glob("_SUCCESS"))


def test_json_is_compressed_by_the_sinks_option(frame_of, tmp_path, read, table):
    frame = frame_of([(1, None), (2, "x")], CSV)
    frame.write("s3", {"path": tmp_path.as_uri(), "compression": "gzip"}, "json")
    assert all(file.name.endswith(".json.gz") for file in tmp_path.glob("part-*"))
    assert table(read("json")) == "id | n\n1 | null\n2 | x"


def test_a_choice_is_written_to_parquet_as_a_struct(json_frame, tmp_path, read, tree):
    json_frame('{"v": 1}', '{"v": "x"}').write("s3", {"path": (tmp_path / "p").as_uri()}, "parquet")
    frame = read("parquet", {"recurse": True, "exclusions": '["json_*/**"]'})
    assert tree(frame) == "root\n|-- v: struct\n|    |-- long: long\n|    |-- string: string"


def test_a_collection_is_written_below_the_path_by_name(frame_of, glue_context, tmp_path):
    parts = frame_of([(1, "x")], CSV).coalesce(1).split_fields(["id"], "left", "right")
    assert isinstance(parts, DynamicFrameCollection)
    glue_context.write_from_options(parts, "s3", {"path": tmp_path.as_uri()}, "json")
    assert written(tmp_path / "left") == ['{"id":1}\n']
    assert written(tmp_path / "right") == ['{"n":"x"}\n']


def test_write_frame_returns_the_error_records(frame_of, glue_context, tmp_path):
    frame = frame_of([(1, "x"), (2, None)], CSV, "rows").map(lambda r: {"n": r["n"].upper()})
    sink = glue_context.getSink("s3", path=tmp_path.as_uri())
    sink.setFormat("json")
    errors = sink.writeFrame(frame)
    assert (errors.name, errors.count()) == ("rows_errors", 1)


def test_a_spigot_writes_a_sample_and_returns_the_records(frame_of, tmp_path):
    frame = frame_of([(1, "x"), (2, "y"), (3, "z")], CSV)
    assert frame.spigot(tmp_path.as_uri(), {"topk": 2}).count() == 3
    assert sum(text.count("\n") for text in written(tmp_path)) == 2


def test_a_partition_key_that_is_no_field_is_named(frame_of, tmp_path):
    with pytest.raises(ValueError, match="'day'"):
        frame_of([(1, "x")], CSV).write(
            "s3", {"path": tmp_path.as_uri(), "partitionKeys": ["day"]}, "json"
        )


def test_a_context_is_made_of_a_session_a_context_or_nothing(spark):
    for origin in (spark, spark.sparkContext, None):
        context = GlueContext(origin)
        assert context.spark_session.sparkContext is spark.sparkContext
        assert context.spark_session.range(3).count() == 3


def test_the_logger_writes_to_standard_error(glue_context, capsys):
    logger = glue_context.get_logger()
    for log in (logger.info, logger.warn, logger.error):
        log("said")
    assert capsys.readouterr().out == ""
