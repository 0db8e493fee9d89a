"""Files are opened in their order, whichever was fetched ahead."""

from collections.abc import Callable
from typing import Any

import pytest

from lochan.redshift.wire.copy.errors import CopyError
from lochan.redshift.wire.copy.objects import DataFile
from lochan.redshift.wire.copy.prefetch import open_in_turn
from lochan.redshift.wire.copy.statement import S3Location


def test_small_and_large_files_come_in_turn(s3: Any, put: Callable[..., str]) -> None:
    files = []
    for number in range(20):
        put(f"part-{number}", f"{number}")
        size = 1 if number % 3 else 1 << 40  # as if every third were too large to fetch ahead
        files.append(DataFile(S3Location("landing", f"part-{number}"), size))
    with open_in_turn(s3, files) as opened:
        assert [(file, body.read()) for file, body in opened] == [
            (file, str(number).encode()) for number, file in enumerate(files)
        ]


def test_missing_file_is_told_when_its_turn_comes(s3: Any, put: Callable[..., str]) -> None:
    put("there", "1")
    files = [DataFile(S3Location("landing", key), 1) for key in ("there", "gone")]
    with open_in_turn(s3, files) as opened:
        assert next(opened)[1].read() == b"1"
        with pytest.raises(CopyError, match="NoSuchKey"):
            next(opened)
