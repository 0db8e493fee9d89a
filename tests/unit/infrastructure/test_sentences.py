from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from infrastructure.planning import Step, StepFailed
from infrastructure.sentences import describe_error, describe_failure, describe_halfway
from tests.unit.infrastructure.test_planning import Thing


def refusal(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
DENIED = (
    "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: glue:CreateJob on "
    "resource: arn:aws:glue:us-east-1:123456789012:job/j because no identity-based policy allows"
)


@pytest.mark.parametrize(
    ("error", "service", "says"),
    [
        (
            refusal("AccessDeniedException", DENIED, "CreateJob"),
            "glue",
            "arn:aws:iam::123456789012:user/ann lacks the permission glue:CreateJob on "
            "arn:aws:glue:us-east-1:123456789012:job/j: grant it, or run as the deployer.",
        ),
        (
            refusal("AccessDenied", "Access Denied", "PutBucketEncryption"),
            "s3",
            "whoever runs this lacks the permission s3:PutEncryptionConfiguration on the-name: "
            "grant it, or run as the deployer.",
        ),
        (
            refusal("ExpiredToken", "The security token included in the request is expired", "X"),
            "s3",
            "The credentials have expired: log in again, then run the same command.",
        ),
        (
            refusal("InvalidClientTokenId", "The security token is invalid.", "X"),
            "sts",
            "AWS does not know these credentials: are they of this account, and still active?",
        ),
        (
            refusal("BucketAlreadyExists", "not available", "CreateBucket"),
            "s3",
            "Somebody else owns a bucket named the-name: names of buckets are global. Choose "
            "another in infrastructure/resources.json.",
        ),
        (
            EndpointConnectionError(endpoint_url="https://glue.moon-1.amazonaws.com"),
            "glue",
            "glue does not answer in moon-1: the region may not have it, or be mistyped, or the "
            "network may be down. Set AWS_DEFAULT_REGION to a region that has it. Could not "
            'connect to the endpoint URL: "https://glue.moon-1.amazonaws.com"',
        ),
        (
            refusal(
                "InvalidInputException",
                "Service is unable to assume provided role. Please verify role's TrustPolicy",
                "CreateCrawler",
            ),
            "glue",
            "glue cannot take a role that was made a moment ago: try again in a minute.",
        ),
        (
            NoCredentialsError(),
            "sts",
            "No credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ),
    ],
)
def test_an_error_is_a_sentence_with_the_way_out(error: object, service: str, says: str) -> None:
    assert describe_error(error, service, "moon-1", "the-name") == says  # type: ignore[arg-type]


def test_a_failed_step_names_what_was_tried() -> None:
    step = Step("make", Thing("lochan-x", kind="role"))
    error = refusal("AccessDenied", "Access Denied", "CreateRole")
    assert describe_failure(StepFailed(step, error), "us-east-1") == (
        "Could not make the role lochan-x. whoever runs this lacks the permission iam:CreateRole "
        "on lochan-x: grant it, or run as the deployer."
    )


def test_halfway_says_the_way_on_and_the_way_back() -> None:
    assert describe_halfway(3, "apply") == (
        "3 changes were made before it, and stay; nothing is half a resource. Once the cause is "
        "mended, `provision apply` goes on from there. `provision destroy` takes away what was "
        "made."
    )
    assert describe_halfway(0, "apply") == "Nothing was changed."
    assert "takes away" not in describe_halfway(3, "destroy")
