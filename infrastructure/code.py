"""What jobs run: their scripts and the zipped spark/ package, in the assets bucket."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.resource import Attributes
from infrastructure.resources import Resources

ROOT = Path(__file__).resolve().parent.parent
# A zip that depends on its content alone, so that the same code is the same object.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# What jobs need of spark/: modules, and the rules beside the tables.
PACKAGED = frozenset({".py", ".dqdl"})


@dataclass(frozen=True)
class StoredObject:
    """An object with its content's SHA-256 in its metadata: an ETag is none where KMS encrypts."""

    s3: Any
    bucket: str
    key: str
    body: bytes
    kind: str = "object"
    is_shared: bool = False

    @property
    def name(self) -> str:
        """Return the object's URI."""
        return f"s3://{self.bucket}/{self.key}"

    def declare(self) -> Attributes:
        """Return the content's hash."""
        return {"sha256": hashlib.sha256(self.body).hexdigest()}

    def read(self) -> Attributes | None:
        """Return the stored hash."""
        try:
            found = self.s3.head_object(Bucket=self.bucket, Key=self.key)["Metadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            return None
        return {"sha256": found.get("sha256")}

    def create(self) -> None:
        """Upload it."""
        self.s3.put_object(
            Bucket=self.bucket, Key=self.key, Body=self.body, Metadata=dict(self.declare())
        )

    def update(self, _: frozenset[str]) -> None:
        """Upload it again."""
        self.create()

    def count_data(self) -> str | None:
        """Say nothing: it is in the repository."""
        return None

    def delete(self) -> None:
        """Delete it."""
        self.s3.delete_object(Bucket=self.bucket, Key=self.key)


def list_code(s3: Any, resources: Resources) -> Iterator[StoredObject]:
    """List the jobs' scripts, each once, and the package."""
    bucket = resources.name("buckets", "assets")
    scripts = {job["script"] for job in resources.section("jobs").values()}
    for script in sorted(scripts):
        yield StoredObject(s3, bucket, script_key(script), (ROOT / script).read_bytes())
    body = zip_package()
    yield StoredObject(s3, bucket, package_key(body), body)


def script_key(script: str) -> str:
    """Return the key under which a job's script lies in the assets bucket."""
    return f"jobs/{Path(script).name}"


def package_key(body: bytes) -> str:
    """Return the key of the zipped spark/ package: new code has a new one."""
    return f"packages/spark-{hashlib.sha256(body).hexdigest()[:16]}.zip"


def zip_package() -> bytes:
    """Zip spark/; the same code is the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / "spark").rglob("*")):
            if path.suffix not in PACKAGED:
                continue
            info = zipfile.ZipInfo(path.relative_to(ROOT).as_posix(), ZIP_TIME)
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()
