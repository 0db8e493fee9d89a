from __future__ import annotations

import pytest

from tasks.settings import MissingSettings, Rds, Redshift, XApi, read_settings

COMPLETE = {
    "LOCHAN_ENVIRONMENT": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
    "LANDING_BUCKET": "landing",
    "PROCESSED_BUCKET": "processed",
    "TEMP_BUCKET": "temp",
    "GLUE_CRAWLER_ROLE_ARN": "arn:crawler",
    "REDSHIFT_HOST": "127.0.0.1",
    "REDSHIFT_PORT": "5439",
    "REDSHIFT_DATABASE": "dev",
    "REDSHIFT_SECRET_ARN": "arn:redshift",
    "REDSHIFT_COPY_ROLE_ARN": "arn:copy",
    "RDS_HOST": "127.0.0.1",
    "RDS_PORT": "5433",
    "RDS_DATABASE": "rds",
    "RDS_SECRET_ARN": "arn:rds",
    "X_API_URL": "http://127.0.0.1:8321",
    "X_API_SECRET_ARN": "arn:x",
}


def test_settings_are_read_from_the_environment() -> None:
    settings = read_settings(COMPLETE)
    assert settings.landing_bucket == "landing"
    assert settings.glue_name("process-tweets") == "lochan-local-process-tweets"
    assert settings.security_configuration == "lochan-local"
    assert settings.redshift == Redshift("127.0.0.1", 5439, "dev", "arn:redshift", "arn:copy")
    assert settings.crawler_role_arn == "arn:crawler"
    assert settings.rds == Rds("127.0.0.1", 5433, "rds", "arn:rds")
    assert settings.x_api == XApi("http://127.0.0.1:8321", "arn:x")


def test_every_missing_setting_is_named_at_once() -> None:
    environment = {k: v for k, v in COMPLETE.items() if k not in ("TEMP_BUCKET", "REDSHIFT_PORT")}
    with pytest.raises(
        MissingSettings, match=r"TEMP_BUCKET, REDSHIFT_PORT\. Locally, run `make up`"
    ):
        read_settings(environment)


def test_an_empty_setting_is_a_missing_one() -> None:
    with pytest.raises(MissingSettings, match="X_API_URL"):
        read_settings({**COMPLETE, "X_API_URL": ""})
