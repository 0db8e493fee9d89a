"""Delta tables by from_options, on the local disk."""

import pytest


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
