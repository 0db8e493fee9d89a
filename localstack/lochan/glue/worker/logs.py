"""A run's output to CloudWatch Logs while it runs, in order, in batches that the service takes.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

import contextlib
import logging
import os
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

BATCH_BYTES = 1_048_576
BATCH_EVENTS = 10_000
EVENT_OVERHEAD_BYTES = 26
EVENT_BYTES = 256 * 1024 - EVENT_OVERHEAD_BYTES
# Lines that come within so long of one another travel together.
GATHER_SECONDS = 0.2

logger = logging.getLogger(__name__)
Event = tuple[int, str]


class LogsNotEncrypted(ValueError):
    """A log group cannot have the key that it is to have; the message says why."""


def encrypt_log_group(logs: Any, group: str, key: str) -> None:
    """Give a log group a key of KMS, and make it where it is not there. Raises LogsNotEncrypted."""
    try:
        try:
            logs.associate_kms_key(logGroupName=group, kmsKeyId=key)
        except logs.exceptions.ResourceNotFoundException:
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_group(logGroupName=group, kmsKeyId=key)
    except (ClientError, BotoCoreError) as error:
        raise LogsNotEncrypted(
            f"The log group {group} cannot be encrypted with the key {key}, and nothing is logged"
            f" unencrypted: {error}"
        ) from error


class LogStream:
    """One stream of one group; lines are handed over at once and shipped by a thread."""

    def __init__(self, logs: Any, group: str, stream: str, key: str | None = None) -> None:
        self._logs = logs
        self._key = {"kmsKeyId": key} if key else {}
        self._names = {"logGroupName": group, "logStreamName": stream}
        self._lines: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._is_created = False
        self._thread = threading.Thread(target=self._ship, name=f"logs {group}", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Hand over a line, which gets the present time."""
        self._lines.put((int(time.time() * 1000), line))

    def close(self) -> None:
        """Ship what is left and return when it is there."""
        self._lines.put(None)
        self._thread.join()

    def _ship(self) -> None:
        is_open = True
        while is_open:
            lines, is_open = self._gather()
            for batch in batch_events(split_long_lines(lines)):
                self._put(batch)

    def _gather(self) -> tuple[list[Event], bool]:
        """Wait for a line, then take what follows shortly; false when the stream was closed."""
        first = self._lines.get()
        if first is None:
            return [], False
        lines = [first]
        deadline = time.monotonic() + GATHER_SECONDS
        while len(lines) < BATCH_EVENTS:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if line is None:
                return lines, False
            lines.append(line)
        return lines, True

    def _put(self, batch: list[Event]) -> None:
        """Ship a batch; a service that is away costs these lines, never the run."""
        events = [{"timestamp": timestamp, "message": text} for timestamp, text in batch]
        try:
            self._create_once()
            self._logs.put_log_events(**self._names, logEvents=events)
        except (ClientError, BotoCoreError) as error:
            logger.warning("%d log lines of %s were lost: %s", len(batch), self._names, error)

    def _create_once(self) -> None:
        if self._is_created:
            return
        already_there = self._logs.exceptions.ResourceAlreadyExistsException
        try:
            self._create_stream(already_there)
        except self._logs.exceptions.ResourceNotFoundException:
            with contextlib.suppress(already_there):
                self._logs.create_log_group(logGroupName=self._names["logGroupName"], **self._key)
            self._create_stream(already_there)
        self._is_created = True

    def _create_stream(self, already_there: type[Exception]) -> None:
        with contextlib.suppress(already_there):
            self._logs.create_log_stream(**self._names)


def split_long_lines(lines: Iterable[Event]) -> Iterator[Event]:
    """Cut lines into events of at most the size that one may have; drop empty ones.

    CloudWatch Logs takes no empty message.
    """
    for timestamp, line in lines:
        encoded = line.encode("utf-8", "replace")
        if len(encoded) <= EVENT_BYTES:
            if line:
                yield timestamp, line
            continue
        yield from ((timestamp, part) for part in _cut(encoded))


def _cut(encoded: bytes) -> Iterator[str]:
    while encoded:
        end = min(EVENT_BYTES, len(encoded))
        # Not inside a character: continuation bytes are 10xxxxxx.
        while end < len(encoded) and encoded[end] & 0xC0 == 0x80:
            end -= 1
        yield encoded[:end].decode()
        encoded = encoded[end:]


def batch_events(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Gather events, in order, into batches that one PutLogEvents may carry."""
    batch: list[Event] = []
    size = 0
    for timestamp, text in events:
        event_size = len(text.encode()) + EVENT_OVERHEAD_BYTES
        if batch and (size + event_size > BATCH_BYTES or len(batch) == BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append((timestamp, text))
        size += event_size
    if batch:
        yield batch


class LineSink(Protocol):
    """Takes lines."""

    def write(self, line: str) -> None:
        """Take a line."""


class PipeReader:
    """Reads a process's output line by line into a log stream."""

    def __init__(self, descriptor: int, sink: LineSink) -> None:
        self._descriptor = descriptor
        self._sink = sink
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with os.fdopen(self._descriptor, "rb") as pipe:
            for line in pipe:
                self._sink.write(line.decode("utf-8", "replace").rstrip("\r\n"))

    def finish(self, seconds: float) -> None:
        """Wait for the end of the output; a process that left the group may hold it open."""
        self._thread.join(seconds)
