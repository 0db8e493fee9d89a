"""The files of an S3 target, each one classified from a sample of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from lochan.glue.crawler.classification import Classifier, classify
from lochan.glue.crawler.collaborators import Clients, Reporting
from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.grouping import File
from lochan.glue.crawler.listing import StoredObject, list_objects
from lochan.glue.crawler.plan import S3Target
from lochan.glue.crawler.samples import Sample

# Reading samples waits for S3, not for the processor.
READERS = 8


def classify_files(
    target: S3Target,
    custom: Sequence[Classifier],
    clients: Clients,
    reporting: Reporting,
    is_wanted: Callable[[StoredObject], bool] = lambda _: True,
) -> list[File]:
    """Classify the wanted files of a target, in key order; raises UnusableTarget, CrawlStopped."""
    include = target.include
    reporting.log(f"INFO : Crawling {include.location}")
    try:
        listed = list(list_objects(clients.s3, include, target.exclusions))
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        raise UnusableTarget(f"The target {include.location} cannot be listed: {reason}") from None
    stored = [one for one in _take_sample(listed, target.sample_size) if is_wanted(one)]

    def classify_stored(one: StoredObject) -> File | None:
        reporting.check_stop(include.location)
        content = classify(Sample(clients.s3, one), custom)
        if content is None:
            reporting.log(f"WARN : s3://{one.bucket}/{one.key} has an UNKNOWN classification")
        return File(one.path, content) if content else None

    with ThreadPoolExecutor(READERS) as readers:
        return [file for file in readers.map(classify_stored, stored) if file is not None]


def _take_sample(listed: Iterable[StoredObject], size: int | None) -> Iterator[StoredObject]:
    """Take the first files of each folder."""
    taken: Counter[tuple[str, ...]] = Counter()
    for one in listed:
        folder = one.path[:-1]
        if size is None or taken[folder] < size:
            taken[folder] += 1
            yield one
