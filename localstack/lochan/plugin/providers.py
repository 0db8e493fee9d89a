"""What LocalStack finds by itself in this distribution's entry points: a provider of each service.

Imports of LocalStack's services stay inside the functions: it reads the entry points of every
service, and loads those that it starts.
"""

import os
import tempfile

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="s3", name="lochan")  # type: ignore[untyped-decorator]
def s3() -> Service:
    """Make the S3 that PROVIDER_OVERRIDE_S3=lochan selects."""
    from lochan.plugin.s3 import LochanS3Provider

    storage = os.environ.get("LOCHAN_S3_STORAGE") or tempfile.mkdtemp(prefix="lochan-s3-")
    return Service.for_provider(LochanS3Provider(storage))


@aws_provider(api="glue")  # type: ignore[untyped-decorator]
def glue() -> Service:
    """Make the Glue of this process."""
    from lochan.plugin.glue import build_glue_provider, glue_service

    return Service.for_provider(build_glue_provider(glue_service()))


@aws_provider(api="redshift", name="lochan")  # type: ignore[untyped-decorator]
def redshift() -> Service:
    """Make the Redshift that PROVIDER_OVERRIDE_REDSHIFT=lochan selects."""
    from lochan.plugin.redshift import build_provisioned_provider

    return Service.for_provider(build_provisioned_provider())


@aws_provider(api="redshift-serverless")  # type: ignore[untyped-decorator]
def redshift_serverless() -> Service:
    """Make the Redshift Serverless of this process."""
    from lochan.plugin.redshift import build_serverless_provider

    return Service.for_provider(build_serverless_provider())


@aws_provider(api="ec2", name="lochan")  # type: ignore[untyped-decorator]
def ec2() -> Service:
    """Make the EC2 that PROVIDER_OVERRIDE_EC2=lochan selects."""
    from localstack.services.moto import MotoFallbackDispatcher

    from lochan.plugin.declared import refuse_in
    from lochan.plugin.declared_operations import EC2_REFUSED
    from lochan.plugin.ec2 import LochanEc2Provider, mend_rule_descriptions

    mend_rule_descriptions()
    provider = refuse_in(LochanEc2Provider, EC2_REFUSED)
    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)


@aws_provider(api="ecs")  # type: ignore[untyped-decorator]
def ecs() -> Service:
    """Make an ECS without containers."""
    from localstack.services.moto import MotoFallbackDispatcher

    from lochan.plugin.declared import serve_by_moto
    from lochan.plugin.declared_operations import ECS_BY_MOTO
    from lochan.plugin.ecs import OWN

    provider = serve_by_moto("ecs", ECS_BY_MOTO, OWN)
    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)


@aws_provider(api="budgets")  # type: ignore[untyped-decorator]
def budgets() -> Service:
    """Make the Budgets of this process."""
    from lochan.plugin.budgets import OPERATIONS
    from lochan.plugin.declared import serve_by_moto

    return Service.for_provider(serve_by_moto("budgets", (), OPERATIONS))


@aws_provider(api="cloudwatch", name="lochan")  # type: ignore[untyped-decorator]
def cloudwatch() -> Service:
    """Make the CloudWatch that PROVIDER_OVERRIDE_CLOUDWATCH=lochan selects."""
    from lochan.plugin.alarms import LochanCloudwatchProvider

    return Service.for_provider(LochanCloudwatchProvider())
