from __future__ import annotations

from infrastructure.resources import Resources, replace_late, resolve_resources
from tests.unit.infrastructure.conftest import PLACE


def test_names_are_filled_in_from_the_place(resources: Resources) -> None:
    assert resources.name("buckets", "landing") == "lochan-local-123456789012-us-east-1-landing"
    assert resources.role_arn("worker") == "arn:aws:iam::123456789012:role/lochan-local-worker"


def test_a_bucket_of_a_persons_own_is_a_value(resources: Resources) -> None:
    given = resolve_resources(PLACE, values={"ACADEMY_BUCKET": "our-tweets"})
    assert resources.name("buckets", "academy") == "tara-academy-data"
    assert given.name("buckets", "academy") == "our-tweets"
    reads = given.section("roles")["glue-academy"]["statements"][1]["Resource"]
    assert reads == ["arn:aws:s3:::our-tweets/*"]


def test_what_is_not_known_yet_stays_until_it_is(resources: Resources) -> None:
    policy = resources.section("bucket_policies")["own_key"]
    late = replace_late(policy, bucket_arn="arn:aws:s3:::b")
    assert late[0]["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    known = replace_late(late, key_arn="arn:key")
    assert known[2]["Condition"]["ArnNotEquals"] == {
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:key"
    }
