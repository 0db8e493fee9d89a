"""Delta tables by from_options and by the catalog, on the local disk."""

import pytest

LAZY_SERDE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


@pytest.fixture
def readings(frame_of, glue_context, tmp_path):
    path = f"file://{tmp_path}/readings"
    for rows in ([(1, "a")], [(2, "b")]):
        frame = frame_of(rows, "id int, site string")
        options = {"path": path, "partitionKeys": ["site"]}
        glue_context.write_dynamic_frame.from_options(frame, "s3", options, "delta")
    return path


def test_writes_append_and_reads_see_the_newest_version(readings, glue_context, table, text_table):
    frame = glue_context.create_dynamic_frame.from_options("s3", {"paths": [readings]}, "delta")
    assert table(frame) == text_table("""
        id | site
        1 | a
        2 | b
    """)


def test_an_older_version_can_be_read_by_its_number(readings, glue_context, table, text_table):
    options = {"path": readings, "versionAsOf": 0}
    frame = glue_context.create_data_frame.from_options("delta", options)
    assert table(frame) == text_table("""
        id | site
        1 | a
    """)


def test_what_does_not_apply_to_delta_is_refused(readings, glue_context, frame_of):
    read = glue_context.create_dynamic_frame.from_options
    with pytest.raises(ValueError, match="A Delta table is at one path"):
        read("s3", {"paths": [readings, readings]}, "delta")
    with pytest.raises(NotImplementedError, match="the option 'versionAsOf'"):
        read("s3", {"paths": [readings], "versionAsOf": 1}, "parquet")
    with pytest.raises(NotImplementedError, match="the option 'separator'"):
        read("s3", {"paths": [readings]}, "delta", {"separator": ";"})
    with pytest.raises(NotImplementedError, match="enableUpdateCatalog with the format 'delta'"):
        glue_context.write_dynamic_frame.from_options(
            frame_of([(1,)], "id int"),
            "delta",
            {"path": readings, "enableUpdateCatalog": True},
        )


def make_table(glue, location, parameters, **serde_parameters):
    descriptor = {
        "Columns": [{"Name": "col", "Type": "array<string>"}],
        "Location": location,
        "SerdeInfo": {"SerializationLibrary": LAZY_SERDE, "Parameters": serde_parameters},
    }
    table = {"Name": "readings", "Parameters": parameters, "StorageDescriptor": descriptor}
    glue.create_table(DatabaseName="lake", TableInput=table)


# A crawler's, Athena's and Spark's: each marks Delta tables in its own way.
# https://docs.aws.amazon.com/glue/latest/dg/crawler-delta-lake.html
# https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html
@pytest.mark.parametrize(
    "parameters",
    [
        {"classification": "delta"},
        {"table_type": "DELTA"},
        {"spark.sql.sources.provider": "delta"},
    ],
)
def test_a_table_of_the_catalog_is_read_by_its_log(
    readings, glue, glue_context, table, text_table, parameters
):
    make_table(glue, readings, parameters)
    reader = glue_context.create_dynamic_frame
    assert table(reader.from_catalog(database="lake", table_name="readings")) == text_table("""
        id | site
        1 | a
        2 | b
    """)
    some = reader.from_catalog("lake", "readings", push_down_predicate="site = 'b'")
    assert table(some) == text_table("""
        id | site
        2 | b
    """)
    frame = glue_context.create_data_frame.from_catalog(database="lake", table_name="readings")
    assert frame.dtypes == [("id", "int"), ("site", "string")]


def test_spark_keeps_the_path_of_its_tables_with_the_serde(readings, glue, glue_context):
    provider = {"spark.sql.sources.provider": "delta"}
    make_table(glue, "file:///nowhere/readings-__PLACEHOLDER__", provider, path=readings)
    reader = glue_context.create_dynamic_frame
    assert reader.from_catalog(database="lake", table_name="readings").count() == 2


def test_a_frame_is_appended_to_a_table_of_the_catalog(readings, glue, glue_context, frame_of):
    make_table(glue, readings, {"classification": "delta"})
    more = frame_of([(3, "a")], "id int, site string")
    glue_context.write_dynamic_frame.from_catalog(
        frame=more,
        database="lake",
        table_name="readings",
        additional_options={"partitionKeys": ["site"]},
    )
    frame = glue_context.create_data_frame.from_catalog(database="lake", table_name="readings")
    assert sorted(map(tuple, frame.collect())) == [(1, "a"), (2, "b"), (3, "a")]


def test_links_to_a_delta_tables_files_are_refused(glue, glue_context):
    descriptor = {
        "Columns": [{"Name": "id", "Type": "int"}],
        "Location": "s3://lake/readings/_symlink_format_manifest",
        "InputFormat": "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
        },
    }
    table = {"Name": "links", "StorageDescriptor": descriptor}
    glue.create_table(DatabaseName="lake", TableInput=table)
    with pytest.raises(NotImplementedError, match=r"lake.links with a manifest of symbolic links"):
        glue_context.create_dynamic_frame.from_catalog(database="lake", table_name="links")
