"""`lochan crawl`."""

import click

from lochan.stack.crawl_run import CrawledTable, crawl_prefix
from lochan.stack.settings import current_settings


@click.command("crawl")
@click.argument("url", metavar="s3://BUCKET/PREFIX")
@click.option("--database", default="default", show_default=True, help="The catalog's database.")
def command(url: str, database: str) -> None:
    """Crawl an S3 prefix into the catalog; show its tables."""
    for table in crawl_prefix(current_settings(), url, database):
        click.echo(_describe(database, table))


def _describe(database: str, table: CrawledTable) -> str:
    columns = [f"  {name} {kind}" for name, kind in table.columns]
    keys = [f"  {name} {kind} (partition)" for name, kind in table.partition_keys]
    return "\n".join([f"{database}.{table.name}", *columns, *keys])
