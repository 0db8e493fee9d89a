"""LocalStack's EC2 with what it forgets of networks, and without machines."""

import inspect
import json
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.ec2.models import get_ec2_backend
from localstack.services.ec2.provider import Ec2Provider
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCEndPoint


class LochanEc2Provider(Ec2Provider):  # type: ignore[misc]
    """EC2 as LocalStack has it, but for the policies of endpoints."""

    @handler("DescribeVpcEndpoints", expand=False)  # type: ignore[untyped-decorator]
    def describe_vpc_endpoints(self, context: RequestContext, request: Any) -> dict[str, Any]:
        """Answer DescribeVpcEndpoints, with policies as they were given.

        LocalStack takes the version out of all of them, AWS out of its own default only.
        """
        found: dict[str, Any] = super().describe_vpc_endpoints(context, request)
        endpoints = get_ec2_backend(context.account_id, context.region).vpc_end_points
        for shown in found["VpcEndpoints"]:
            given = endpoints[shown["VpcEndpointId"]].policy_document
            if json.loads(given) != VPCEndPoint.DEFAULT_POLICY:
                shown["PolicyDocument"] = given
        return found


def mend_rule_descriptions() -> None:
    """Have rules of security groups keep a description, also of groups and prefix lists.

    Moto keeps it of addresses only.
    """
    begin = SecurityGroupRule.__init__
    parameters = inspect.signature(begin)

    def begin_with_description(*arguments: Any, **named: Any) -> None:
        begin(*arguments, **named)
        given = parameters.bind(*arguments, **named).arguments
        sources = (given.get(name) for name in ("ip_range", "source_group", "prefix_list_id"))
        found = (source.get("Description") for source in sources if source)
        given["self"].told = next((text for text in found if text), None)

    type.__setattr__(SecurityGroupRule, "__init__", begin_with_description)
    type.__setattr__(SecurityGroupRule, "description", property(lambda rule: rule.told))
