"""The next small files fetched while one is loaded, so that many of them do not wait in turn."""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any

from lochan.redshift.wire.copy.objects import DataFile, open_object, read_object

_FILES_AHEAD = 8
_SMALL_BYTES = 8 << 20

Opened = tuple[DataFile, IO[bytes]]


@contextmanager
def open_in_turn(s3: Any, files: Iterable[DataFile]) -> Iterator[Iterator[Opened]]:
    """Open files one after the other; a few small ones are fetched ahead, whole."""
    executor = ThreadPoolExecutor(_FILES_AHEAD, thread_name_prefix="copy-prefetch")
    try:
        yield _open_all(s3, files, executor)
    finally:
        executor.shutdown(cancel_futures=True)


def _open_all(s3: Any, files: Iterable[DataFile], executor: ThreadPoolExecutor) -> Iterator[Opened]:
    ahead: deque[tuple[DataFile, Future[bytes] | None]] = deque()
    source = iter(files)
    while True:
        while len(ahead) < _FILES_AHEAD and (file := next(source, None)) is not None:
            ahead.append((file, _begin_fetch(s3, file, executor)))
        if not ahead:
            return
        file, fetch = ahead.popleft()
        body = open_object(s3, file.location) if fetch is None else io.BytesIO(fetch.result())
        with body:
            yield file, body


def _begin_fetch(s3: Any, file: DataFile, executor: ThreadPoolExecutor) -> Future[bytes] | None:
    if file.size > _SMALL_BYTES:
        return None
    return executor.submit(read_object, s3, file.location)
