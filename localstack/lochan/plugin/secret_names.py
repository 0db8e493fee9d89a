"""Mends LocalStack's Secrets Manager, which takes no name with `!`, as secrets of services have.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
"""

import re

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")


def mend_secret_names() -> None:
    """Let secrets be named as Redshift names those that it keeps."""
    from localstack.services.secretsmanager.provider import SecretsmanagerProvider

    SecretsmanagerProvider._validate_secret_id = staticmethod(is_secret_name)


def is_secret_name(name: str) -> bool:
    """Tell whether AWS may have given a secret this name."""
    return bool(_NAME.fullmatch(name))
