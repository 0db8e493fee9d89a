"""Adds to LocalStack's CloudWatch Logs the keys of log groups that are there already.

It knows the key of a group that is created with one, and neither AssociateKmsKey nor
DisassociateKmsKey. What is logged lies in the memory of the process, encrypted or not.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
"""

from typing import Any


def mend_log_groups() -> None:
    """Let CloudWatch Logs give log groups a key and take it from them."""
    from localstack.services.logs.provider import LogsProvider

    LogsProvider.associate_kms_key = associate_key
    LogsProvider.disassociate_kms_key = disassociate_key


def associate_key(
    _: object, context: Any, kms_key_id: str, log_group_name: str = "", **others: Any
) -> None:
    """Answer AssociateKmsKey."""
    _find_group(context, log_group_name, others).kms_key_id = kms_key_id


def disassociate_key(_: object, context: Any, log_group_name: str = "", **others: Any) -> None:
    """Answer DisassociateKmsKey."""
    _find_group(context, log_group_name, others).kms_key_id = None


def _find_group(context: Any, name: str, others: dict[str, Any]) -> Any:
    from localstack.aws.api.logs import InvalidParameterException, ResourceNotFoundException
    from localstack.services.logs.models import get_moto_logs_backend

    if not name:
        raise InvalidParameterException(
            "Lochan's CloudWatch Logs gives keys to log groups by logGroupName, and not by "
            f"{', '.join(sorted(others)) or 'nothing'}."
        )
    groups = get_moto_logs_backend(context.account_id, context.region).groups
    if name not in groups:
        raise ResourceNotFoundException("The specified log group does not exist.")
    return groups[name]
