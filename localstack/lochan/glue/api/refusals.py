"""Members of emulated operations that Lochan does not honour, and so refuses by name.

A request that names one of them asks for something that would silently not happen.
"""

from collections.abc import Iterator, Mapping

from lochan.glue.api.errors import OperationNotSupportedException
from lochan.glue.api.records import Shape

_GOVERNED = ("TransactionId", "QueryAsOfTime")
_FOREIGN = ("ResourceShareType",)
# Nothing here calls a data store to try a connection, nor keeps credentials other than properties.
_CONNECTION = (
    "ConnectionInput.AuthenticationConfiguration",
    "ConnectionInput.ValidateCredentials",
    "ConnectionInput.ValidateForComputeEnvironments",
)

# A dotted name is a member of a member.
_REFUSED: Mapping[str, tuple[str, ...]] = {
    "CreateDatabase": ("DatabaseInput.TargetDatabase", "DatabaseInput.FederatedDatabase"),
    "UpdateDatabase": ("DatabaseInput.TargetDatabase", "DatabaseInput.FederatedDatabase"),
    "GetDatabases": _FOREIGN,
    "CreateTable": ("Name", "OpenTableFormatInput", "PartitionIndexes", "TransactionId"),
    "UpdateTable": ("Name", "UpdateOpenTableFormatInput", "ViewUpdateAction", "TransactionId"),
    "DeleteTable": ("TransactionId",),
    "BatchDeleteTable": ("TransactionId",),
    "GetTable": _GOVERNED,
    "GetTables": (*_GOVERNED, *_FOREIGN),
    "GetPartitions": _GOVERNED,
    "CreateConnection": _CONNECTION,
    "UpdateConnection": _CONNECTION,
    "GetConnection": ("ApplyOverrideForComputeEnvironment",),
    "CreateJob": ("MaintenanceWindow", "JobRunQueuingEnabled"),
    "UpdateJob": ("JobUpdate.MaintenanceWindow", "JobUpdate.JobRunQueuingEnabled"),
    "StartJobRun": ("ExecutionRoleSessionPolicy", "JobRunQueuingEnabled"),
    "CreateTrigger": ("WorkflowName", "EventBatchingCondition"),
    "UpdateTrigger": ("TriggerUpdate.EventBatchingCondition",),
}


def check_members(operation: str, request: Shape) -> None:
    """Raise OperationNotSupportedException for a member that would be ignored."""
    refused = next(_find_refused(operation, request), None)
    if refused is not None:
        raise OperationNotSupportedException(
            f"Glue's {operation} is emulated without {refused}: leave it out, or see Lochan's"
            " documentation for what it emulates."
        )


def _find_refused(operation: str, request: Shape) -> Iterator[str]:
    for path in _REFUSED.get(operation, ()):
        value = request
        for member in path.split("."):
            value = value.get(member) if isinstance(value, Mapping) else None  # type: ignore[assignment]
        if value not in (None, False, "", [], {}):
            yield path
