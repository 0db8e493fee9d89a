from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from botocore.response import StreamingBody

from spark.repartition.arrivals import find_damage

SOUND = gzip.compress(b'{"id": "a"}\n' * 5000, mtime=0)


class Bodies:
    """An S3 of a few objects."""

    def __init__(self, **bodies: bytes) -> None:
        self.bodies = bodies

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        body = self.bodies[Key]
        return {"Body": StreamingBody(io.BytesIO(body), len(body))}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (SOUND, None),
        (SOUND + SOUND, None),
        (b"", "the object is empty"),
        (SOUND[:50], "the object is cut off: its gzip stream ends early at 50 bytes"),
        (SOUND + SOUND[:20], f"the object is cut off: its gzip stream ends early at "
         f"{len(SOUND) + 20} bytes"),
        (b'{"id": "a"}\n', "the object is no gzip stream: Error -3 while decompressing data: "
         "incorrect header check"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_object_is_said(body: bytes, wrong: str | None) -> None:
    found = dict(find_damage(Bodies(key=body), "landing", ["key"]))
    assert found == ({} if wrong is None else {"key": wrong})
