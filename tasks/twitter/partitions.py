"""Collect one partition: land its pages, go on after an interruption, mark it complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tasks.twitter.landing import LandedObject, Marker, Partition
from tasks.twitter.x_api import Page, XApi
from tasks.twitter.x_errors import BadRequest, CursorLoop


@dataclass(frozen=True)
class Request:
    """One chain of pages to collect."""

    identifier: str
    parameters: Mapping[str, str]
    most_pages: int | None = None


@dataclass(frozen=True)
class CollectedPartition:
    """One endpoint's part of a collection: what is landed, and what this run fetched of it."""

    endpoint: str
    marker_uri: str
    objects: int
    records: int
    errors: int
    unreadable: tuple[str, ...]  # URIs of pages that are no JSON objects
    fetched: int
    swept: int


@dataclass(frozen=True)
class _Collection:
    """One run over one partition: `known` are pages that need not be fetched again."""

    api: XApi
    partition: Partition
    since: datetime
    known: Mapping[str, LandedObject]
    on_page: Callable[[str, Page], None]

    def is_reusable(self, page: Page, item: LandedObject) -> bool:
        """Whether a landed page is this collection's own, or one that the marker names."""
        return self.known.get(item.key) == item or page.retrieved_at > self.since


def collect_partition(
    api: XApi,
    partition: Partition,
    requests: Sequence[Request],
    *,
    refresh: bool = False,
    derived_from: str = "",
    on_page: Callable[[str, Page], None] = lambda key, page: None,
) -> CollectedPartition:
    """Land the pages of every request, then the marker, then sweep what it does not name.

    on_page is called with key and page of each page that was fetched or read back. A partition
    that covers the requests already is left alone, unless `refresh`. Requests that only an
    earlier collection made stay in the marker.
    """
    marker = partition.read_marker()
    if marker and marker.window != partition.window:
        refresh = True  # same start, another end: the same keys, but other pages
    if marker and not refresh and _is_settled(marker, requests, derived_from):
        return report(partition, marker, swept=partition.sweep(marker))
    collection = _begin(api, partition, marker, refresh=refresh, on_page=on_page)
    fetched = 0
    objects: dict[str, LandedObject] = {}
    for request in requests:
        for item, is_new in _collect_chain(collection, request):
            objects[item.key] = item
            fetched += is_new
    asked = {request.identifier for request in requests}
    others = {key: item for key, item in collection.known.items() if item.identifier not in asked}
    named = sorted((others | objects).values(), key=lambda item: item.key)
    complete = Marker(partition.endpoint, partition.window, tuple(named), derived_from)
    if complete != marker:
        partition.write_marker(complete)
    return report(partition, complete, fetched=fetched, swept=partition.sweep(complete))


def report(
    partition: Partition, marker: Marker, *, fetched: int = 0, swept: int = 0
) -> CollectedPartition:
    """What a complete partition holds."""
    unreadable = tuple(
        f"s3://{partition.bucket}/{item.key}" for item in marker.objects if not item.readable
    )
    return CollectedPartition(
        endpoint=partition.endpoint,
        marker_uri=partition.marker_uri,
        objects=len(marker.objects),
        records=sum(item.records for item in marker.objects),
        errors=sum(item.errors for item in marker.objects),
        unreadable=unreadable,
        fetched=fetched,
        swept=swept,
    )


def _is_settled(marker: Marker, requests: Iterable[Request], derived_from: str) -> bool:
    covered = marker.covers(request.identifier for request in requests)
    return covered and marker.derived_from == derived_from


def _begin(
    api: XApi,
    partition: Partition,
    marker: Marker | None,
    *,
    refresh: bool,
    on_page: Callable[[str, Page], None],
) -> _Collection:
    """Go on with the collection that was interrupted, or note that a new one begins."""
    since = None if marker and refresh else partition.read_start()
    if since is None:
        since = api.now()
        partition.write_start(since)
    if marker and refresh:
        partition.withdraw_marker()
    named = {item.key: item for item in marker.objects} if marker and not refresh else {}
    return _Collection(api, partition, since, named, on_page)


def _collect_chain(collection: _Collection, request: Request) -> list[tuple[LandedObject, bool]]:
    """The landed objects of one chain, and whether each was landed now.

    A cursor that X no longer knows, or that leads in a circle, makes the chain start over, once.
    """
    chain: list[tuple[LandedObject, bool]] = []
    try:
        for link in _follow(collection, request):
            chain.append(link)
    except (BadRequest, CursorLoop):
        if not chain:
            raise  # the request itself is wrong
        never = datetime.max.replace(tzinfo=UTC)
        return list(_follow(replace(collection, since=never, known={}), request))
    return chain


def _follow(collection: _Collection, request: Request) -> Iterator[tuple[LandedObject, bool]]:
    """First the pages that are landed already, then those that X has beyond them."""
    cursor: str | None = None
    count = 0
    for page, item in _walk_landed(collection, request):
        yield item, False
        count += 1
        cursor = page.next_cursor
        if cursor is None or count == request.most_pages:
            return
    api, endpoint = collection.api, collection.partition.endpoint
    for page in api.fetch_pages(
        endpoint, request.parameters, identifier=request.identifier, cursor=cursor
    ):
        item, is_new = _land(collection, page)
        collection.on_page(item.key, page)
        yield item, is_new
        count += 1
        if count == request.most_pages:
            return


def _walk_landed(collection: _Collection, request: Request) -> Iterator[tuple[Page, LandedObject]]:
    """The landed pages of a chain from its first one on, as far as they can be used."""
    cursor: str | None = None
    followed: set[str | None] = set()
    while found := collection.partition.read(request.identifier, cursor):
        page, item = found
        if page.document is None or not collection.is_reusable(page, item):
            return
        collection.on_page(item.key, page)
        yield page, item
        followed.add(cursor)
        cursor = page.next_cursor
        if cursor is None:
            return
        if cursor in followed:
            raise CursorLoop(f"The landed pages lead back to the cursor {cursor!r}.")


def _land(collection: _Collection, page: Page) -> tuple[LandedObject, bool]:
    """Land a page, unless it is still the unreadable one that the marker names."""
    partition = collection.partition
    known = collection.known.get(partition.page_key(page.identifier, page.cursor))
    if known and not known.readable and partition.read_named(known).body == page.body:
        return known, False
    return partition.land(page), True
