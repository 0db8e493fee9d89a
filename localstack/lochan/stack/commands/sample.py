"""`lochan sample`."""

import os

import click

from lochan.samples.landing import bucket_variable, land, list_flows
from lochan.stack.clients import AWS_ERRORS, open_clients, tell
from lochan.stack.settings import current_settings


@click.command("sample")
@click.argument("flows", nargs=-1, metavar="[FLOW]...")
@click.option("--bucket", help="The bucket; that of the environment where it is not given.")
def command(flows: tuple[str, ...], bucket: str | None) -> None:
    """Put the flows' generated input into the buckets that they read."""
    (s3,) = open_clients(current_settings(), "s3")
    for flow in flows or list_flows():
        target = bucket or _bucket_of(flow)
        try:
            landed = land(s3, target, flow)
        except AWS_ERRORS as error:
            raise tell(error, f"Putting input for {flow} into {target}") from error
        if landed:
            click.echo(f"{flow}: {landed} generated objects put into s3://{target}/")


def _bucket_of(flow: str) -> str:
    variable = bucket_variable(flow)
    if not os.environ.get(variable):
        raise click.ClickException(
            f"{variable} is not set: name the bucket by --bucket, or run "
            'eval "$(make -s env)" first.'
        )
    return os.environ[variable]
