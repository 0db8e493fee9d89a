"""What a verification used, as far as AWS says, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Prices:
    """US dollars in us-east-1 as of 2026-11; other regions differ, so each is an option.

    https://aws.amazon.com/glue/pricing/ https://aws.amazon.com/redshift/pricing/
    https://aws.amazon.com/s3/pricing/
    """

    dpu_hour: float = 0.44
    rpu_hour: float = 0.375
    thousand_s3_writes: float = 0.005
    thousand_s3_reads: float = 0.0004


@dataclass(frozen=True)
class Usage:
    """What was used; None where AWS did not say. Nobody counts the requests to S3 on AWS."""

    job_dpu_seconds: float
    crawl_dpu_seconds: float
    rpu_seconds: float | None


# The least that Glue charges for a crawl: https://aws.amazon.com/glue/pricing/
LEAST_CRAWL_DPU_SECONDS = 2 * 600.0
# What the local stack counted of one rehearsal (`/_lochan/requests`, 2026-11-21): 16 ListObjectsV2
# and 5 PutObject; 11 GetObject and 8 HeadObject. Deleting is free.
S3_WRITES, S3_READS = 21, 19
# What is expected at most of one verification: a job run of five minutes and two crawls, of two
# DPU each, and a minute of eight RPU for each of ten statements.
EXPECTED = Usage(2 * 300.0, 2 * LEAST_CRAWL_DPU_SECONDS, 10 * 60 * 8.0)


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
    """Say what was used and what it costs, a line each."""
    yield f"Glue jobs      {usage.job_dpu_seconds:,.0f} DPU seconds"
    yield f"Glue crawls    {usage.crawl_dpu_seconds:,.0f} DPU seconds, the least charge included"
    if usage.rpu_seconds is None:
        yield "Redshift       not said: no Serverless usage can be read here"
    else:
        yield f"Redshift       {usage.rpu_seconds:,.0f} RPU seconds"
    yield f"S3             {S3_WRITES} writes and {S3_READS} reads, as counted in a rehearsal"
    yield f"Together       about {price(usage, prices):.2f} USD"
