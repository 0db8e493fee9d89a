"""Streaming sources, which Lochan does not have."""

from typing import Any, NoReturn

from awsglue._refusals import not_implemented


class StreamingDataSource:
    """A source of a streaming query."""

    def __init__(self, j_source: Any, sql_ctx: Any, name: str) -> None:
        raise not_implemented("StreamingDataSource")

    def setFormat(self, format: str | None, **options: Any) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("StreamingDataSource.setFormat")

    def getFrame(self) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("StreamingDataSource.getFrame")
