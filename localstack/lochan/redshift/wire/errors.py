"""Errors that a client receives, with their SQLSTATE."""

SYNTAX_ERROR = "42601"
FEATURE_NOT_SUPPORTED = "0A000"
PROTOCOL_VIOLATION = "08P01"


class WireError(Exception):
    """An error that the client receives as an ErrorResponse.

    https://www.postgresql.org/docs/18/errcodes-appendix.html
    """

    def __init__(
        self, sqlstate: str, message: str, *, detail: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint


class SqlSyntaxError(WireError):
    """A statement that Redshift's grammar does not know."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(SYNTAX_ERROR, message, hint=hint)


class NotSupported(WireError):
    """A construct that Redshift, or this stand-in for it, refuses by name."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(FEATURE_NOT_SUPPORTED, message, hint=hint)


class ProtocolViolation(WireError):
    """Bytes or an order of messages that the protocol does not allow."""

    def __init__(self, message: str) -> None:
        super().__init__(PROTOCOL_VIOLATION, message)
