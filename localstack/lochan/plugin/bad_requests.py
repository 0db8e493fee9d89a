"""Answers requests to Glue that cannot be read, which LocalStack takes for failures of its own.

https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
"""

import json
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.protocol.parser import OperationNotFoundParserError, RequestParserError
from localstack.http import Response

_CONTENT_TYPE = "application/x-amz-json-1.1"


def answer_unreadable(
    _: Any, exception: Exception, context: RequestContext, response: Response
) -> None:
    """Replace the answer 500 where the request is at fault; the last of the exception handlers."""
    is_ours = context.service is not None and context.service.service_name == "glue"
    if not is_ours or not isinstance(exception, RequestParserError):
        return
    is_unknown = isinstance(exception, OperationNotFoundParserError)
    code = "UnknownOperationException" if is_unknown else "SerializationException"
    response.set_data(json.dumps({"__type": code, "message": str(exception)}))
    response.status_code = 400
    response.headers["Content-Type"] = _CONTENT_TYPE
    response.headers["x-amzn-errortype"] = code
