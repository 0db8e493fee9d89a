"""Arguments of Glue jobs hold no secrets: whoever may read a run, or its logs, reads them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html says that
arguments are no place for secrets. The ARN of a secret is what belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_SECRET_NAME = re.compile(
    r"(?i)(^|[^a-z])(password|passwd|passphrase|pwd|secret|token|credentials?|bearer"
    r"|(api|access|private|signing)[-_]?key)([^a-z]|$)"
)
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:\S+")
# What passwords and tokens look like, wherever they stand.
_SECRET_VALUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("the id of an AWS access key", re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b")),
    (
        "an AWS secret access key",
        re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$"),
    ),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a JSON web token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.")),
    ("a bearer token", re.compile(r"(?i)\bbearer\s+\S{8,}")),
    ("a password in a URL", re.compile(r"://[^/\s:@]+:[^/\s@]+@")),
    ("a password", re.compile(r"(?i)\b(password|passwd|pwd)\s*[=:]\s*\S")),
    ("a token of a service", re.compile(r"\b(gh[pousr]_|github_pat_|xox[abprs]-|pn[ub]_)\w{10,}")),
)


class SecretInArguments(Exception):
    """An argument that looks like a password or a token; the text names it, never its value."""


def refuse_secrets(subject: str, arguments: Mapping[str, str]) -> None:
    """Raise SecretInArguments naming the first argument that looks like a secret."""
    for name, value in arguments.items():
        for reason in _find_reasons(name, value):
            raise SecretInArguments(
                f"{subject} may not get the argument {name}: it {reason}, and everybody who sees "
                "the run or its log would read it. Store the value in Secrets Manager and pass "
                "the secret's ARN."
            )


def _find_reasons(name: str, value: str) -> Iterator[str]:
    if _SECRET_NAME.search(name) and value and not _ARN.fullmatch(value):
        yield "is named like a secret and holds no ARN"
    for description, pattern in _SECRET_VALUES:
        if pattern.search(value):
            yield f"looks like {description}"
