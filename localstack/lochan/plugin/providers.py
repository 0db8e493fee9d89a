"""What LocalStack finds by itself in this distribution's entry points: its S3 and its Glue.

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
