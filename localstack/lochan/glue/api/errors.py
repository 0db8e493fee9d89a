"""The errors of the Glue API: a class's name is AWS's error code.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-exceptions.html
"""

from typing import ClassVar


class GlueError(Exception):
    """An answer other than success; `code`, `message` and `status` are what the client sees."""

    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """AWS's name of this error."""
        return type(self).__name__


class AlreadyExistsException(GlueError):
    """A resource of this name is there already."""


class ConcurrentModificationException(GlueError):
    """Somebody else changed the resource in between."""


class ConcurrentRunsExceededException(GlueError):
    """The job has as many active runs as it allows."""


class CrawlerNotRunningException(GlueError):
    """The crawler is not running, so it cannot be stopped."""


class CrawlerRunningException(GlueError):
    """The crawler is running, so it cannot be started, changed or deleted."""


class CrawlerStoppingException(GlueError):
    """The crawler is stopping already."""


class EntityNotFoundException(GlueError):
    """A resource that the request names does not exist."""


class InternalServiceException(GlueError):
    """A fault of the emulation itself."""

    status = 500


class InvalidInputException(GlueError):
    """The request is well-formed and makes no sense."""


class NoScheduleException(GlueError):
    """The crawler has no schedule."""


class OperationNotSupportedException(GlueError):
    """Glue knows the operation, or the part of it that was asked for; Lochan does not."""

    status = 501


class ResourceNumberLimitExceededException(GlueError):
    """A quota of Glue would be exceeded."""


class SchedulerNotRunningException(GlueError):
    """The crawler's schedule is stopped already."""


class SchedulerRunningException(GlueError):
    """The crawler's schedule is in force already."""


class SerializationException(GlueError):
    """A member of the request has a JSON type that its shape cannot hold."""


class ValidationException(GlueError):
    """A member of the request breaks a constraint of its shape."""
