from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.catalog_to_redshift import SAMPLE, CatalogToRedshift
from tasks.settings import Rds, Redshift, Settings, XApi
from warehouse.lake.fields import Field
from warehouse.lake.loading import (
    Publication,
    create_incoming,
    create_newest,
    delete_earlier,
    empty_incoming,
    insert_rejects,
    insert_rows,
    merge_newest,
    take_census,
)
from warehouse.lake.tables import create_table, plan_table

GOOD: dict[str, Any] = {"source": "s3://bucket/folder", "target": "trips"}
SETTINGS = Settings(
    environment="test",
    region="us-east-1",
    landing_bucket="the-landing-bucket",
    processed_bucket="the-processed-bucket",
    temp_bucket="the-temp-bucket",
    crawler_role_arn="arn:aws:iam::000000000000:role/crawler",
    redshift=Redshift("localhost", 5439, "dev", "arn", "arn:aws:iam::000000000000:role/copy"),
    rds=Rds("localhost", 5432, "rds", "arn"),
    x_api=XApi("http://localhost", "arn"),
)


def test_a_prefix_and_a_table_are_enough() -> None:
    request = CatalogToRedshift(**GOOD).as_request(SETTINGS)
    assert (request.source_uri, request.target) == ("s3://bucket/folder/", "lake.trips")
    assert request.keys == ()


def test_the_buckets_of_the_environment_have_names() -> None:
    request = SAMPLE.as_request(SETTINGS)
    assert request.source_uri == "s3://the-landing-bucket/lake/parking_sessions/"
    given = CatalogToRedshift(source="s3://{processed}/x/", target="t").as_request(SETTINGS)
    assert given.source_uri == "s3://the-processed-bucket/x/"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"source": "bucket/folder/"}, "is no prefix of S3"),
        ({"source": "s3://UPPER/folder/"}, "is no prefix of S3"),
        ({"source": "s3://bucket/a*/"}, "without wildcards"),
        ({"source": "s3://{temp}/a/"}, "is no prefix of S3"),
        ({"source": "s3://bucket/a//b/"}, "has an empty folder"),
        ({"source": "s3://bucket/a/../b/"}, r"`\.\.`"),
        ({"target": "lake.trips; DROP TABLE x"}, "is no table to load"),
        ({"target": "a.b.c"}, "is no table to load"),
        ({"target": "Lake.Trips"}, "is no table to load"),
        ({"target": "etl.loads"}, "not for data"),
        ({"target": "pg_catalog.pg_class"}, "not for data"),
        ({"format": "xml"}, "'auto', 'csv', 'json' or 'parquet'"),
        ({"mapping": [{"source": ""}]}, "is no path of a field"),
        ({"mapping": [{"source": "a..b"}]}, "is no path of a field"),
        ({"mapping": [{"source": "`a"}]}, "is no path of a field"),
        ({"mapping": [{"source": "a", "target": "A B"}]}, "is no name for a column"),
        ({"mapping": [{"source": "a", "target": "lochan_load_id"}]}, "has already"),
        ({"mapping": [{"source": "a", "type": "INT; DROP"}]}, "is no type"),
        ({"mapping": [{"source": "a"}, {"source": "a", "target": "b"}]}, "names a twice"),
        ({"merge_keys": ["id", "id"]}, "name a column twice"),
        ({"merge_keys": ['"id']}, "is no name for a column"),
        ({"newest_by": "at"}, "give merge_keys"),
        ({"delimiter": "||"}, "is no delimiter"),
        ({"delimiter": '"'}, "is no delimiter"),
        ({"json_path": "rows"}, "is no JSON path"),
        ({"json_path": "$[*]", "delimiter": ";"}, "json_path is for JSON"),
        ({"reject_limit": -1}, "greater than or equal to 0"),
        ({"max_rejected_share": 1.5}, "less than or equal to 1"),
        ({"keys": ["id"]}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        CatalogToRedshift(**{**GOOD, **wrong})


# What breaks out of names, of strings, of comments, of Python's and of the driver's formats.
HOSTILE = st.text() | st.lists(
    st.sampled_from(["a", "Z", "9", "_", '"', "'", ";", "--", "/*", "\\", "%s", "{", "}", "`", "."])
).map("".join)


# Wall-clock time says nothing on a busy machine.
@settings(deadline=None)
@given(source=HOSTILE, target=HOSTILE, field=HOSTILE, column=HOSTILE, kind=HOSTILE, key=HOSTILE)
def test_no_parameter_breaks_out_of_a_statement(
    source: str, target: str, field: str, column: str, kind: str, key: str
) -> None:
    """Whatever is accepted: outside of double quotes only our own words and types are left."""
    accepted = {**GOOD, "mapping": [{"source": "a", "target": "b"}], "merge_keys": ["b"]}
    candidates: list[dict[str, Any]] = [
        {"source": f"s3://bucket/{source}/"},
        {"target": f"lake.{target}"},
        {"target": target},
        {"mapping": [{"source": field, "target": "b"}]},
        {"mapping": [{"source": "a", "target": column}], "merge_keys": [column]},
        {"mapping": [{"source": "a", "target": "b", "type": kind}]},
        {"merge_keys": [key]},
    ]
    for candidate in candidates:
        try:
            parameters = CatalogToRedshift(**{**accepted, **candidate})
        except ValidationError:
            continue
        for statement in _statements(parameters):
            outside = "".join(statement.split('"')[::2])
            assert set(outside) <= set(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ (),.*=%<>"
            )
            assert outside.count("%") == outside.count("%s")


def _statements(parameters: CatalogToRedshift) -> list[str]:
    request = parameters.as_request(SETTINGS)
    fields = [Field(mapped.source, "string") for mapped in request.mapping]
    plan = plan_table(request.schema, request.table, fields, request.mapping, None)
    publication = Publication(plan, request.source_uri, request.keys, request.newest_by)
    return [
        create_table(plan),
        *create_incoming(publication),
        *empty_incoming(publication),
        take_census(publication),
        insert_rejects(publication),
        delete_earlier(publication, 2),
        insert_rows(publication),
        create_newest(publication),
        merge_newest(publication),
    ]
