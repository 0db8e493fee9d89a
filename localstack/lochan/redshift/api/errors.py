"""The base of what Redshift's control plane answers other than success.

A class's name is AWS's error code; the errors of each API are beside its operations.
"""

from typing import ClassVar


class RedshiftError(Exception):
    """An answer other than success; `code`, `message` and `status` are what the client sees."""

    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """AWS's name of this error."""
        return type(self).__name__


class OperationNotSupportedException(RedshiftError):
    """Redshift knows the operation, or the part of it that was asked for; Lochan does not."""

    status = 501


class InternalFailure(RedshiftError):
    """A fault of the emulation itself."""

    status = 500
