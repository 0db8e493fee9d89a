"""Keeps LocalStack from asking its makers over the network what a newer release would support.

It does so whenever an operation is called that it does not have.
"""

from localstack.utils.catalog.catalog import AwsCatalogRuntimePlugin


class OfflineCatalog(AwsCatalogRuntimePlugin):  # type: ignore[misc]
    """Knows of no other release; the name is the one that LocalStack prefers where it exists."""

    name = "aws-catalog-remote-state-with-license"
