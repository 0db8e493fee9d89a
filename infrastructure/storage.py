"""Buckets: private, encrypted, and the jobs' code in the assets bucket."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.changes import Change, Refused
from infrastructure.resources import Resources

ROOT = Path(__file__).resolve().parent.parent
# A zip that depends on its content alone, so that the same code is the same object.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# What jobs need of spark/: modules, and the rules beside the tables.
PACKAGED = frozenset({".py", ".dqdl"})


def ensure_buckets(s3: Any, resources: Resources) -> Iterator[Change]:
    """Make the buckets that are missing, closed to the public."""
    for spec in resources.section("buckets").values():
        if not _owns_bucket(s3, spec["name"]):
            _create_bucket(s3, spec["name"], resources.place.region)
            yield Change("made", "bucket", spec["name"])


def upload_code(s3: Any, resources: Resources) -> Iterator[Change]:
    """Upload the job scripts and the zipped spark/ package where their content is not there yet."""
    bucket = resources.name("buckets", "assets")
    bodies = {
        script_key(spec["script"]): (ROOT / spec["script"]).read_bytes()
        for spec in _jobs(resources)
    }
    bodies[package_key()] = zip_package()
    for key, body in bodies.items():
        if _stored_sha256(s3, bucket, key) != (digest := hashlib.sha256(body).hexdigest()):
            s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"sha256": digest})
            yield Change("uploaded", "object", f"s3://{bucket}/{key}")


def script_key(script: str) -> str:
    """Return the key under which a job's script lies in the assets bucket."""
    return f"jobs/{Path(script).name}"


def package_key() -> str:
    """Return the key of the zipped spark/ package: new code has a new one."""
    return f"packages/spark-{hashlib.sha256(zip_package()).hexdigest()[:16]}.zip"


def _jobs(resources: Resources) -> list[Any]:
    return list(resources.section("jobs").values())


def zip_package() -> bytes:
    """Return the zipped spark/ package: the same bytes for the same code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / "spark").rglob("*")):
            if path.suffix not in PACKAGED:
                continue
            info = zipfile.ZipInfo(path.relative_to(ROOT).as_posix(), ZIP_TIME)
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def _owns_bucket(s3: Any, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        if error.response["Error"]["Code"] == "403":
            raise Refused(
                f"The bucket {name} exists and this account may not use it: somebody else owns it, "
                "or s3:ListBucket is missing."
            ) from None
        raise
    return True


def _create_bucket(s3: Any, name: str, region: str) -> None:
    # us-east-1 is the one region that may not be named here (API_CreateBucket).
    where = (
        {}
        if region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    s3.create_bucket(Bucket=name, **where)
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )


def _stored_sha256(s3: Any, bucket: str, key: str) -> str | None:
    try:
        found = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256")
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return None
    return str(found)
