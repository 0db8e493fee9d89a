"""Assets: what a flow makes, by URI, and what it makes it from, for Prefect's lineage graph.

https://docs.prefect.io/v3/concepts/assets
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from prefect.assets import Asset, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE
from prefect.types.names import MAX_ASSET_KEY_LENGTH, RESTRICTED_ASSET_CHARACTERS

_DIGEST_LENGTH = 16


def s3_asset(bucket: str, prefix: str) -> str:
    """Name the objects under a prefix, whatever characters S3 lets it have."""
    return _fit(f"s3://{bucket}/{prefix.strip('/')}")


def redshift_asset(database: str, schema: str, table: str) -> str:
    """Name a table of the warehouse."""
    return f"redshift://{database}/{schema}/{table}"


def _fit(key: str) -> str:
    """Write what Prefect does not take as `~` and its code, and cut what is too long.

    What is cut ends with a digest of the whole, so that two prefixes never share a name.
    """
    written = "".join(
        f"~{ord(character):02x}" if character in RESTRICTED_ASSET_CHARACTERS else character
        for character in key.replace("~", "~7e")
    )
    if len(written) <= MAX_ASSET_KEY_LENGTH:
        return written
    digest = hashlib.sha256(written.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{written[: MAX_ASSET_KEY_LENGTH - _DIGEST_LENGTH - 1]}~{digest}"


def record_asset(
    key: str, *, made_from: Sequence[str], metadata: Mapping[str, Any] | None = None
) -> None:
    """Record that this flow run made an asset out of others, in a task run of its own."""

    @materialize(
        Asset(key=key),
        asset_deps=[Asset(key=upstream) for upstream in made_from],
        name="record_asset",
        task_run_name="record_asset",
        cache_policy=NO_CACHE,
    )
    def record() -> None:
        if metadata:
            add_asset_metadata(key, dict(metadata))

    record()
