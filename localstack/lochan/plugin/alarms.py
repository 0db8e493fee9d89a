"""LocalStack's CloudWatch with the tags that an alarm is made with, which it forgets."""

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider


class LochanCloudwatchProvider(CloudwatchProvider):  # type: ignore[misc]
    """CloudWatch as LocalStack has it, but for tags."""

    @handler("PutMetricAlarm", expand=False)  # type: ignore[untyped-decorator]
    def put_metric_alarm(self, context: RequestContext, request: Any) -> None:
        """Answer PutMetricAlarm.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        """
        name = request["AlarmName"]
        arn = f"arn:aws:cloudwatch:{context.region}:{context.account_id}:alarm:{name}"
        store = self.get_store(context.account_id, context.region)
        is_new = arn not in store.alarms
        super().put_metric_alarm(context, request)
        # Of an alarm that exists they are not looked at.
        if is_new and request.get("Tags"):
            store.TAGS.tag_resource(arn, request["Tags"])
