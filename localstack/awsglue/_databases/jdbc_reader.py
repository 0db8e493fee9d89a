"""Tables and queries of PostgreSQL read through Spark's JDBC source.

Rows come in portions through a cursor, so that no table is ever whole in memory.

https://spark.apache.org/docs/3.5.6/sql-data-sources-jdbc.html
https://jdbc.postgresql.org/documentation/use/
"""

from collections.abc import Sequence
from urllib.parse import quote

from pyspark.sql import DataFrame, DataFrameReader, SparkSession

from awsglue._databases.endpoint import Endpoint, trusted_authorities

_FETCHED_ROWS = 10_000
_LOGIN = frozenset({"user", "password"})


def read_relation(session: SparkSession, endpoint: Endpoint, relation: str) -> DataFrame:
    """Read what may follow FROM, in one partition."""
    return _reader(session, endpoint).option("dbtable", relation).load()


def read_partitions(
    session: SparkSession, endpoint: Endpoint, relation: str, conditions: Sequence[str]
) -> DataFrame:
    """Read what may follow FROM, in one partition for each condition."""
    properties = {
        "user": endpoint.user,
        "password": endpoint.password,
        **_common_properties(endpoint),
    }
    return session.read.jdbc(
        driver_url(endpoint), relation, predicates=list(conditions), properties=properties
    )


def driver_url(endpoint: Endpoint) -> str:
    """Return the URL for PostgreSQL's driver, without the login."""
    url = endpoint.url
    parameters = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in url.parameters.items()
        if name not in _LOGIN
    )
    text = f"jdbc:postgresql://{url.host}:{url.port}/{quote(url.database, safe='')}"
    return f"{text}?{parameters}" if parameters else text


def _reader(session: SparkSession, endpoint: Endpoint) -> DataFrameReader:
    reader = session.read.format("jdbc").option("url", driver_url(endpoint))
    reader = reader.option("user", endpoint.user).option("password", endpoint.password)
    return reader.options(**_common_properties(endpoint))


def _common_properties(endpoint: Endpoint) -> dict[str, str]:
    return {
        "driver": "org.postgresql.Driver",
        "fetchsize": str(_FETCHED_ROWS),
        **_ssl_properties(endpoint),
    }


def _ssl_properties(endpoint: Endpoint) -> dict[str, str]:
    """Return how the server is verified where SSL is enforced; else the URL's sslmode says it."""
    if not endpoint.enforce_ssl:
        return {}
    authorities = trusted_authorities()
    if authorities is None:
        # What Java itself trusts.
        return {
            "sslmode": "verify-full",
            "sslfactory": "org.postgresql.ssl.DefaultJavaSSLFactory",
        }
    return {"sslmode": "verify-full", "sslrootcert": authorities}
