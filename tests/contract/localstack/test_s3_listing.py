"""Lists hold every key once, whatever the page size; expected orders are UTF-8 order by hand.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

SIBLINGS = ["a-1", "a.x", "a0", "a=1/p", "a=2/p", "aZ"]
UGLY = ["ä/1", "a b", "a%2Fb", "a+b", "a&b", "\U0001f600"]


@pytest.fixture(scope="module")
def client(localstack, make_client):
    return make_client("s3", localstack.endpoint)


@pytest.fixture
def fill(client):
    """Make a bucket with these keys."""

    def make(keys):
        bucket = f"keys-{uuid.uuid4().hex[:12]}"
        client.create_bucket(Bucket=bucket)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda key: client.put_object(Bucket=bucket, Key=key, Body=b"x"), keys))
        return bucket

    return make


@pytest.fixture(scope="module")
def days(client):
    """1,200 partitions, as a table of some years has them."""
    client.create_bucket(Bucket="days")
    keys = [f"t/dt={2020 + n // 365}-{n % 365:03d}/part.parquet" for n in range(1200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: client.put_object(Bucket="days", Key=key, Body=b""), keys))
    return keys


def list_keys(client, operation, bucket, page_size, **members):
    pages = client.get_paginator(operation).paginate(
        Bucket=bucket, PaginationConfig={"PageSize": page_size}, **members
    )
    field = "Versions" if operation == "list_object_versions" else "Contents"
    keys, prefixes = [], []
    for page in pages:
        found = page.get(field, [])
        assert len(found) + len(page.get("CommonPrefixes", [])) <= page_size
        keys += [item["Key"] for item in found]
        prefixes += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    return (keys, prefixes) if "Delimiter" in members else keys


@pytest.mark.parametrize("page_size", [1, 3, 7, 100, 1000])
def test_1200_partitions_list_as_1200(client, days, page_size):
    assert list_keys(client, "list_objects_v2", "days", page_size, Prefix="t/dt=") == days


@pytest.mark.parametrize("page_size", [7, 100, 1000])
def test_1200_partitions_list_as_1200_folders(client, days, page_size):
    keys, folders = list_keys(
        client, "list_objects_v2", "days", page_size, Prefix="t/", Delimiter="/"
    )
    assert keys == []
    assert folders == [key.removesuffix("part.parquet") for key in days]


@pytest.mark.parametrize("page_size", [3, 100, 1000])
def test_1200_partitions_list_as_1200_by_the_old_operation(client, days, page_size):
    assert list_keys(client, "list_objects", "days", page_size) == days


@pytest.mark.parametrize("page_size", [100, 1000])
def test_1200_partitions_list_as_1200_though_the_bucket_keeps_no_versions(client, days, page_size):
    assert list_keys(client, "list_object_versions", "days", page_size) == days


@pytest.mark.parametrize("page_size", [1, 3, 6, 7])
def test_folders_of_a_bucket_that_keeps_no_versions(client, fill, page_size):
    bucket = fill(SIBLINGS)
    keys, folders = list_keys(client, "list_object_versions", bucket, page_size, Delimiter="/")
    assert (keys, folders) == (["a-1", "a.x", "a0", "aZ"], ["a=1/", "a=2/"])


@pytest.mark.parametrize("page_size", range(1, 8))
@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
def test_mixed_siblings(client, fill, operation, page_size):
    assert list_keys(client, operation, fill(SIBLINGS), page_size) == SIBLINGS


@pytest.mark.parametrize("page_size", range(1, 8))
@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
def test_mixed_siblings_by_folder(client, fill, operation, page_size):
    keys, folders = list_keys(client, operation, fill(SIBLINGS), page_size, Delimiter="/")
    assert keys == ["a-1", "a.x", "a0", "aZ"]
    assert folders == ["a=1/", "a=2/"]


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_versions_of_mixed_siblings(client, fill, page_size):
    bucket = fill([])
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        for key in SIBLINGS:
            client.put_object(Bucket=bucket, Key=key, Body=b"x")
    listed = list_keys(client, "list_object_versions", bucket, page_size)
    assert listed == [key for key in SIBLINGS for _ in range(2)]


@pytest.mark.parametrize("page_size", [1, 4, 100])
def test_deletion_markers_are_listed_by_their_keys(client, fill, page_size):
    bucket = fill([])
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in SIBLINGS:
        client.put_object(Bucket=bucket, Key=key, Body=b"x")
        client.delete_object(Bucket=bucket, Key=key)
    pages = client.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": page_size}
    )
    markers = [marker["Key"] for page in pages for marker in page.get("DeleteMarkers", [])]
    assert markers == SIBLINGS


@pytest.mark.parametrize(
    ("start_after", "expected"),
    [
        ("a.x", ["a0", "a=1/p", "a=2/p", "aZ"]),
        ("a=1/p", ["a=2/p", "aZ"]),
        ("a=", ["a=1/p", "a=2/p", "aZ"]),
        ("aZ", []),
    ],
)
def test_start_after(client, fill, start_after, expected):
    bucket = fill(SIBLINGS)
    for page_size in (1, 100):
        listed = list_keys(client, "list_objects_v2", bucket, page_size, StartAfter=start_after)
        assert listed == expected


def test_echoed_members_are_decoded_to_what_was_asked(client, fill):
    answer = client.list_objects_v2(
        Bucket=fill(SIBLINGS), Prefix="a=", Delimiter="=", StartAfter="a=1/", MaxKeys=1
    )
    assert (answer["Prefix"], answer["Delimiter"], answer["StartAfter"]) == ("a=", "=", "a=1/")
    assert answer["EncodingType"] == "url"


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_ugly_keys(client, fill, page_size):
    # By code point: space 20, % 25, & 26, + 2b, then ä c3 a4, and the face f0 9f in UTF-8.
    expected = ["a b", "a%2Fb", "a&b", "a+b", "ä/1", "\U0001f600"]
    assert list_keys(client, "list_objects_v2", fill(UGLY), page_size) == expected


def test_uploads_in_parts_are_listed_by_their_keys(client, fill):
    bucket = fill([])
    for key in ("dt=1/a", "dt=2/b"):
        client.create_multipart_upload(Bucket=bucket, Key=key)
    pages = client.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 1}
    )
    listed = [upload["Key"] for page in pages for upload in page.get("Uploads", [])]
    assert listed == ["dt=1/a", "dt=2/b"]
