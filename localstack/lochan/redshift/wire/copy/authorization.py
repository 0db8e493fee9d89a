"""Who a COPY or UNLOAD acts as: only the form is checked, as the local S3 accepts any credentials.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-authorization.html
"""

import re
from collections.abc import Mapping

from lochan.redshift.wire.copy.errors import INTERNAL_ERROR, SYNTAX_ERROR, CopySyntaxError, refuse
from lochan.redshift.wire.copy.statement import AccessKeys, Authorization, DefaultRole, Roles
from lochan.redshift.wire.copy.tokens import TokenKind, TokenReader

_ROLE_ARN = re.compile(r"arn:aws(?:-cn|-us-gov)?:iam::\d{12}:role/[\w+=,.@/-]{1,512}")
_ROLE_SEPARATOR = re.compile(r",(?=arn:)")
_KEY_NAMES = {"aws_access_key_id", "aws_secret_access_key", "token"}
_NO_AUTHORIZATION = "CREDENTIALS argument is required but not specified"
_BAD_CREDENTIALS = (
    "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or "
    "'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'"
)

PARAMETERS = frozenset(
    {"IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"}
)


def read_iam_role(reader: TokenReader) -> Authorization:
    """Read what follows IAM_ROLE: `default`, an ARN, or ARNs joined by commas (a chain)."""
    if reader.current.kind is not TokenKind.STRING:
        reader.expect_keyword("DEFAULT")
        return DefaultRole()
    return _parse_roles(reader.expect_string())


def read_credentials(reader: TokenReader) -> Authorization:
    """Read what follows CREDENTIALS: `[AS] 'name=value;...'`."""
    reader.take_keyword("AS")
    pairs = [part.partition("=") for part in reader.expect_string().split(";")]
    values = {name: value for name, _, value in pairs if value}
    if "master_symmetric_key" in values:
        raise refuse("master_symmetric_key is not supported: client-side encryption is not.")
    if len(values) != len(pairs):
        raise CopySyntaxError(INTERNAL_ERROR, _BAD_CREDENTIALS)
    if set(values) == {"aws_iam_role"}:
        return _parse_roles(values["aws_iam_role"])
    return _parse_keys(values)


def choose_authorization(values: Mapping[str, object]) -> Authorization:
    """Take the one way of authorization out of a statement's parameters, which has to be there."""
    keys = _join_key_parameters(values)
    given = [values[name] for name in ("IAM_ROLE", "CREDENTIALS") if name in values]
    choices = [*given, *([keys] if keys else [])]
    if not choices:
        raise CopySyntaxError(INTERNAL_ERROR, _NO_AUTHORIZATION)
    if len(choices) > 1:
        raise CopySyntaxError(SYNTAX_ERROR, "conflicting or redundant options")
    choice = choices[0]
    assert isinstance(choice, DefaultRole | Roles | AccessKeys)
    return choice


def _parse_roles(text: str) -> Roles:
    arns = tuple(_ROLE_SEPARATOR.split(text))
    for arn in arns:
        if not _ROLE_ARN.fullmatch(arn):
            raise CopySyntaxError(
                INTERNAL_ERROR,
                f"'{arn}' is not a valid IAM role ARN. "
                "Must be of the format: 'arn:aws:iam::<12-digit account id>:role/<role name>'",
            )
    return Roles(arns)


def _parse_keys(values: Mapping[str, str]) -> AccessKeys:
    required = _KEY_NAMES - {"token"}
    if not required <= set(values) <= _KEY_NAMES:
        raise CopySyntaxError(INTERNAL_ERROR, _BAD_CREDENTIALS)
    return AccessKeys(
        values["aws_access_key_id"], values["aws_secret_access_key"], values.get("token")
    )


def _join_key_parameters(values: Mapping[str, object]) -> AccessKeys | None:
    names = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    identity, secret, token = (values.get(name) for name in names)
    if identity is None and secret is None and token is None:
        return None
    if not identity or not secret:
        raise CopySyntaxError(
            SYNTAX_ERROR, "ACCESS_KEY_ID and SECRET_ACCESS_KEY must be specified together"
        )
    return AccessKeys(str(identity), str(secret), None if token is None else str(token))
