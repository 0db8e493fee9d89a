"""Answers requests to Glue that cannot be read, which LocalStack takes for failures of its own.

https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
"""

import json
from typing import Any

from botocore.model import OperationNotFoundError
from localstack.aws.api import RequestContext
from localstack.aws.protocol.parser import ProtocolParserError
from localstack.http import Response

_CONTENT_TYPE = "application/x-amz-json-1.1"


def answer_unreadable(
    _: Any, exception: Exception, context: RequestContext, response: Response
) -> None:
    """Replace the answer 500 where the request is at fault; the last of the exception handlers."""
    if context.service is None or context.service.service_name != "glue":
        return
    fault = exception.__cause__
    if isinstance(fault, OperationNotFoundError):
        code, message = "UnknownOperationException", f"Glue has no such operation: {fault}"
    elif isinstance(exception, ProtocolParserError):
        code, message = "SerializationException", str(exception)
    else:
        return
    response.set_data(json.dumps({"__type": code, "message": message}))
    response.status_code = 400
    response.headers["Content-Type"] = _CONTENT_TYPE
    response.headers["x-amzn-errortype"] = code
