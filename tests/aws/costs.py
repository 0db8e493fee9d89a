"""What a verification used, as far as AWS says, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """US dollars in us-east-1, the page that says so, and how far that was looked up."""

    dollars: float
    page: str
    known: str


# Other regions differ, and AWS changes prices: DPU and RPU hours are options of the verification.
GLUE = "https://aws.amazon.com/glue/pricing/"
DPU_HOUR = Price(0.44, GLUE, "the page's own example, read 2026-11-21")
RPU_HOUR = Price(
    0.375, "https://aws.amazon.com/redshift/pricing/", "from memory, not looked up; see the page"
)
_S3 = "https://aws.amazon.com/s3/pricing/"
THOUSAND_S3_WRITES = Price(0.005, _S3, "told by others, 2026-11-21; see the page")
THOUSAND_S3_READS = Price(0.0004, _S3, "from memory, not looked up; see the page")


@dataclass(frozen=True)
class Prices:
    """What is paid for, in US dollars."""

    dpu_hour: float = DPU_HOUR.dollars
    rpu_hour: float = RPU_HOUR.dollars
    thousand_s3_writes: float = THOUSAND_S3_WRITES.dollars
    thousand_s3_reads: float = THOUSAND_S3_READS.dollars


@dataclass(frozen=True)
class Usage:
    """What was used; None where AWS did not say. Nobody counts the requests to S3 on AWS."""

    job_dpu_seconds: float
    crawl_dpu_seconds: float
    rpu_seconds: float | None


# The least that Glue charges for a crawl, ten minutes of two DPU: the page of GLUE.
LEAST_CRAWL_DPU_SECONDS = 2 * 600.0
# What the local stack counted of one rehearsal (`/_lochan/requests`, 2026-11-21): listings and
# PutObject; GetObject and HeadObject. Deleting is free.
S3_WRITES, S3_READS = 67, 44
# What is expected at most of one verification: three job runs of five minutes and three crawls, of
# two DPU each, and a minute of eight RPU for each of thirty statements.
EXPECTED = Usage(3 * 2 * 300.0, 3 * LEAST_CRAWL_DPU_SECONDS, 30 * 60 * 8.0)


def price(usage: Usage, prices: Prices) -> float:
    """Return US dollars; what AWS did not say counts nothing."""
    dpu_seconds = usage.job_dpu_seconds + usage.crawl_dpu_seconds
    return (
        dpu_seconds / 3600 * prices.dpu_hour
        + (usage.rpu_seconds or 0.0) / 3600 * prices.rpu_hour
        + S3_WRITES / 1000 * prices.thousand_s3_writes
        + S3_READS / 1000 * prices.thousand_s3_reads
    )


def describe(usage: Usage, prices: Prices) -> Iterator[str]:
    """Say what was used and what it costs, a line each, and where the prices are from."""
    yield f"Glue jobs      {usage.job_dpu_seconds:,.0f} DPU seconds"
    yield f"Glue crawls    {usage.crawl_dpu_seconds:,.0f} DPU seconds, the least charge included"
    if usage.rpu_seconds is None:
        yield "Redshift       not said: no Serverless usage can be read here"
    else:
        yield f"Redshift       {usage.rpu_seconds:,.0f} RPU seconds"
    yield f"S3             {S3_WRITES} writes and {S3_READS} reads, as counted in a rehearsal"
    yield f"Together       about {price(usage, prices):.2f} USD, by these prices:"
    yield from _describe_price("a DPU hour", prices.dpu_hour, DPU_HOUR)
    yield from _describe_price("an RPU hour", prices.rpu_hour, RPU_HOUR)
    yield from _describe_price("1000 S3 writes", prices.thousand_s3_writes, THOUSAND_S3_WRITES)
    yield from _describe_price("1000 S3 reads", prices.thousand_s3_reads, THOUSAND_S3_READS)


def _describe_price(what: str, dollars: float, default: Price) -> Iterator[str]:
    known = default.known if dollars == default.dollars else "as stated on the command line"
    yield f"  {what:<14} {dollars:g} USD: {default.page} ({known})"
