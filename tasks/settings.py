"""What differs between a laptop and AWS: values, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class MissingSettings(Exception):
    """Names every variable that is not set, and where its value comes from."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"Not set in the environment: {', '.join(names)}. "
            'Locally, run `make up` and then `eval "$(make -s env)"`; '
            "for AWS, `python -m infrastructure.provision export` prints them."
        )
        self.names = names


@dataclass(frozen=True)
class Redshift:
    """Where Redshift listens, and the secret that holds who may log in."""

    host: str
    port: int
    database: str
    secret_arn: str
    copy_role_arn: str


@dataclass(frozen=True)
class Rds:
    """Where the PostgreSQL of RDS listens, and the secret that holds who may log in."""

    host: str
    port: int
    database: str
    secret_arn: str


@dataclass(frozen=True)
class XApi:
    """Where the X API answers, and the secret that holds its bearer token."""

    url: str
    secret_arn: str


@dataclass(frozen=True)
class Settings:
    """Every value that a flow needs to know about its surroundings."""

    environment: str
    region: str
    landing_bucket: str
    processed_bucket: str
    temp_bucket: str
    crawler_role_arn: str
    redshift: Redshift
    rds: Rds
    x_api: XApi

    def glue_name(self, name: str) -> str:
        """Return the full name of a Glue resource, as infrastructure/resources.json makes it."""
        return f"lochan-{self.environment}-{name}"

    @property
    def security_configuration(self) -> str:
        """Name the environment's: how Glue's crawlers and jobs encrypt what they write."""
        return f"lochan-{self.environment}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises MissingSettings naming everything that is absent at once."""
    missing: list[str] = []

    def value(name: str) -> str:
        found = environment.get(name, "")
        if not found:
            missing.append(name)
        return found

    settings = Settings(
        environment=value("LOCHAN_ENVIRONMENT"),
        region=value("AWS_DEFAULT_REGION"),
        landing_bucket=value("LANDING_BUCKET"),
        processed_bucket=value("PROCESSED_BUCKET"),
        temp_bucket=value("TEMP_BUCKET"),
        crawler_role_arn=value("GLUE_CRAWLER_ROLE_ARN"),
        redshift=Redshift(
            host=value("REDSHIFT_HOST"),
            port=int(value("REDSHIFT_PORT") or 0),
            database=value("REDSHIFT_DATABASE"),
            secret_arn=value("REDSHIFT_SECRET_ARN"),
            copy_role_arn=value("REDSHIFT_COPY_ROLE_ARN"),
        ),
        rds=Rds(
            host=value("RDS_HOST"),
            port=int(value("RDS_PORT") or 0),
            database=value("RDS_DATABASE"),
            secret_arn=value("RDS_SECRET_ARN"),
        ),
        x_api=XApi(url=value("X_API_URL"), secret_arn=value("X_API_SECRET_ARN")),
    )
    if missing:
        raise MissingSettings(missing)
    return settings
