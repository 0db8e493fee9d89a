from __future__ import annotations

import pytest

from tests.aws.costs import Prices, Usage, describe, price


def test_a_verification_is_priced_by_what_was_used() -> None:
    """An hour of a DPU for jobs, half an hour for crawls, two hours of an RPU, and S3:
    1.5 * 0.44 + 2 * 0.375 + 67 * 0.005 / 1000 + 44 * 0.0004 / 1000 = 1.4103526."""
    assert price(Usage(3600, 1800, 7200), Prices()) == pytest.approx(1.4103526)


def test_other_regions_have_other_prices() -> None:
    prices = Prices(dpu_hour=1, rpu_hour=0, thousand_s3_writes=0, thousand_s3_reads=0)
    assert price(Usage(3600, 0, 3600), prices) == 1


def test_what_aws_does_not_say_is_said() -> None:
    lines = list(describe(Usage(60, 1200, None), Prices()))
    assert "Redshift       not said: no Serverless usage can be read here" in lines
    # 1260 / 3600 * 0.44 = 0.154
    assert "Together       about 0.15 USD, by these prices:" in lines


def test_each_price_says_its_page_and_whether_that_was_read() -> None:
    lines = list(describe(Usage(60, 1200, None), Prices(rpu_hour=0.4)))
    assert lines[-4:] == [
        "  a DPU hour     0.44 USD: https://aws.amazon.com/glue/pricing/"
        " (the page's own example, read 2026-11-21)",
        "  an RPU hour    0.4 USD: https://aws.amazon.com/redshift/pricing/"
        " (as stated on the command line)",
        "  1000 S3 writes 0.005 USD: https://aws.amazon.com/s3/pricing/"
        " (told by others, 2026-11-21; see the page)",
        "  1000 S3 reads  0.0004 USD: https://aws.amazon.com/s3/pricing/"
        " (from memory, not looked up; see the page)",
    ]
