"""What COPY reports: refused statements, failed loads, and single rows that could not be loaded.

Message texts are Redshift's own wherever AWS documents or users quote them.
"""

from dataclasses import dataclass

SYNTAX_ERROR = "42601"
FEATURE_NOT_SUPPORTED = "0A000"
INVALID_PARAMETER_VALUE = "22023"
INTERNAL_ERROR = "XX000"

# Redshift's own codes inside DETAIL: loads and S3, Spectrum manifests, Spectrum scans.
LOAD_CODE = 8001
SPECTRUM_REQUEST_CODE = 15001
SPECTRUM_MANIFEST_CODE = 15003
SPECTRUM_SCAN_CODE = 15007

_RULE = "-" * 47


class CopySyntaxError(Exception):
    """A COPY statement that Redshift, or this stand-in, refuses before it looks at any data."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message


class CopyError(Exception):
    """A COPY that failed while it looked for, read or loaded its data."""

    def __init__(
        self, sqlstate: str, message: str, detail: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint


@dataclass(frozen=True)
class FieldError:
    """Why one field (or one whole row) cannot be loaded.

    Codes: https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html
    """

    code: int
    reason: str
    position: int = 0


class CellError(ValueError):
    """One text that its column's type refuses."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error.reason)
        self.error = error


def refuse(message: str) -> CopySyntaxError:
    """Make the error for what Redshift has and this stand-in does not support."""
    return CopySyntaxError(FEATURE_NOT_SUPPORTED, message)


def syntax_error(near: str) -> CopySyntaxError:
    """Make Redshift's error for text that no COPY can have in that place."""
    if not near:
        return CopySyntaxError(SYNTAX_ERROR, "syntax error at end of input")
    return CopySyntaxError(SYNTAX_ERROR, f'syntax error at or near "{near}"')


def internal_error(message: str, code: int, context: str = "") -> CopyError:
    """Make an XX000 error with the framed DETAIL in which Redshift gives code and context."""
    fields = f"  error:  {message}\n  code:      {code}\n  context:   {context}"
    return CopyError(INTERNAL_ERROR, message, f"\n  {_RULE}\n{fields}\n  {_RULE}\n")


def spectrum_error(context: str, code: int = SPECTRUM_SCAN_CODE) -> CopyError:
    """Make the error that every columnar file that cannot be scanned ends in."""
    return internal_error("Spectrum Scan Error", code, context)
