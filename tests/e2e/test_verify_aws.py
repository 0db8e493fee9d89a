"""The verification of a real account, rehearsed on the stack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack


def verify(platform: Platform, account: str) -> Finished:
    return platform.run(sys.executable, "-m", "tests.aws.verify", "--account", account, "--yes")


def test_a_verification_loads_compares_accounts_and_tidies_up(platform: Platform) -> None:
    refused = verify(platform, "123456789012")
    assert refused.code == 1
    assert "of account 000000000000 and ACCOUNT says 123456789012" in refused.errors

    done = verify(platform, "000000000000")
    assert done.code == 0, done.output + done.errors
    # 8 of S3, 6 of the catalog, 4 of a crawl, 2 of a bookmark, 5 of Redshift, 4 of the flow.
    assert done.output.count("ok   ") == 29
    assert "FAIL" not in done.output
    # Three crawls at the least that Glue charges, ten minutes of two DPU each.
    assert "Glue crawls    3,600 DPU seconds" in done.output
    left = done.output.partition("It left:\n")[2].splitlines()
    assert [line.split()[0] for line in left] == ["loads", "the", "older", "Verified"]
    loads = "SELECT COUNT(*) FROM etl.loads WHERE partition_key LIKE 'lake.verify_%'"
    assert platform.query(loads) == [(1,)]
    assert platform.query("SELECT COUNT(*) FROM pg_tables WHERE tablename LIKE 'verify%'") == [(0,)]
