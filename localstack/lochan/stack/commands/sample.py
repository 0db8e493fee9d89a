"""`lochan sample`."""

import click

from lochan.samples.landing import land, list_flows
from lochan.stack.clients import AWS_ERRORS, open_clients, tell
from lochan.stack.settings import current_settings


@click.command("sample")
@click.argument("flows", nargs=-1, metavar="[FLOW]...")
@click.option("--bucket", envvar="LANDING_BUCKET", required=True, help="The landing bucket.")
def command(flows: tuple[str, ...], bucket: str) -> None:
    """Put the flows' generated input into the landing zone."""
    (s3,) = open_clients(current_settings(), "s3")
    for flow in flows or list_flows():
        try:
            landed = land(s3, bucket, flow)
        except AWS_ERRORS as error:
            raise tell(error, f"Putting input for {flow} into {bucket}") from error
        if landed:
            click.echo(f"{flow}: {landed} generated objects put into s3://{bucket}/")
