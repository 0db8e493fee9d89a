"""Quoting: the only way by which names and texts get into a statement that cannot bind them.

https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
"""

from __future__ import annotations

import re
import unicodedata

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,126}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}")
_S3_URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9!_.*()=/-]+")


def quote_identifier(name: str) -> str:
    """Quote a name; names of ours are lower case, as Redshift folds them anyway."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} is no identifier: lower-case letters, digits and underscores.")
    return f'"{name}"'


def quote_column(name: str) -> str:
    """Quote the name of a column, which may have letters of any alphabet, in lower case."""
    letters = all(char == "_" or unicodedata.category(char)[0] in "LMN" for char in name)
    whole = name and not name[0].isdigit() and name == name.lower() and len(name.encode()) <= 127
    if not (letters and whole):
        raise ValueError(
            f"{name!r} is no name for a column: letters in lower case, digits and underscores, at "
            "most 127 bytes."
        )
    return f'"{name}"'


def qualify(schema: str, table: str) -> str:
    """Quote a table's name with its schema."""
    return f"{quote_identifier(schema)}.{quote_identifier(table)}"


def quote_role_arn(arn: str) -> str:
    """Quote the ARN of a role for COPY, which binds no parameters."""
    if not _ROLE_ARN.fullmatch(arn):
        raise ValueError(f"{arn!r} is no ARN of an IAM role: arn:aws:iam::<account>:role/<name>.")
    return f"'{arn}'"


def quote_s3_uri(uri: str) -> str:
    """Quote the URI of an object for COPY, which binds no parameters."""
    if not _S3_URI.fullmatch(uri):
        raise ValueError(f"{uri!r} is no s3://bucket/key that COPY may be given.")
    return f"'{uri}'"
