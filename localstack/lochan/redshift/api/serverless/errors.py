"""The errors of Redshift Serverless.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/CommonErrors.html
"""

from lochan.redshift.api.errors import RedshiftError


class ConflictException(RedshiftError):
    """What was asked for is in the way of something that exists."""


class ResourceNotFoundException(RedshiftError):
    """What the request names does not exist."""


class ValidationException(RedshiftError):
    """The request does not fit its shape, or makes no sense."""


class TooManyTagsException(RedshiftError):
    """A resource would have more tags than AWS allows."""


class InvalidPaginationException(RedshiftError):
    """A token was not given out by this operation."""
