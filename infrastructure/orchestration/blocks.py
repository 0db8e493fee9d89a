"""The blocks of Prefect's server that runs and automations use; none of them holds an AWS key.

https://docs.prefect.io/v3/concepts/blocks
"""

from __future__ import annotations

from uuid import UUID

from prefect.blocks.core import Block
from prefect.blocks.webhook import Webhook
from prefect.types import SecretDict
from prefect_aws import AwsCredentials, S3Bucket
from pydantic import SecretStr

CREDENTIALS = "lochan"
RESULTS = "lochan-results"
WEBHOOK = "lochan-notifications"
RESULTS_FOLDER = "prefect-results"


def save_results(bucket: str, region: str) -> UUID:
    """Keep where results of tasks lie, for runs whose next attempt is in another container.

    The credentials beside it have no key: whoever loads them acts by the role that it runs under.
    """
    credentials = AwsCredentials(region_name=region)
    _save(credentials, CREDENTIALS)
    block = S3Bucket(bucket_name=bucket, credentials=credentials, bucket_folder=RESULTS_FOLDER)
    return _save(block, RESULTS)


def save_webhook(url: str) -> UUID:
    """Keep the URL, which is a secret, in a block and nowhere else."""
    headers = SecretDict({"Content-Type": "application/json"})
    return _save(Webhook(url=SecretStr(url), headers=headers), WEBHOOK)


def _save(block: Block, name: str) -> UUID:
    saved = block.save(name, overwrite=True)
    assert isinstance(saved, UUID)
    return saved
