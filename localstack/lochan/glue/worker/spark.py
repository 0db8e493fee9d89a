"""The settings of the warm Spark, as Glue 5.1 has them where a laptop can."""

from pathlib import Path

# Bytes of heap that serve several small runs at a time and 200,000 tweets in one.
DRIVER_MEMORY = "2g"
CREDENTIALS_PROVIDERS = (
    "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider",
    "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
    "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
)


def spark_settings(
    *, jars: Path, endpoint_url: str | None, region: str, scratch: Path
) -> dict[str, str]:
    """Return the `spark.*` settings of the warm JVM, for SparkConf or a session builder.

    `endpoint_url` is None for AWS itself. Credentials come from the JVM's AWS_* environment.
    """
    return {
        **_process_settings(scratch),
        **_sql_settings(scratch),
        **_s3_settings(endpoint_url, region, scratch),
        "spark.jars": ",".join(str(jar) for jar in sorted(jars.glob("*.jar"))),
    }


def _process_settings(scratch: Path) -> dict[str, str]:
    return {
        "spark.master": "local[*]",
        "spark.app.name": "lochan-glue",
        "spark.driver.memory": DRIVER_MEMORY,
        # The serial collector needs the least memory and threads; Glue's machines run in UTC.
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -Duser.timezone=UTC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(scratch / "spark"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _sql_settings(scratch: Path) -> dict[str, str]:
    return {
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        # 200 partitions, Spark's default, cost seconds on a laptop.
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }


def _s3_settings(endpoint_url: str | None, region: str, scratch: Path) -> dict[str, str]:
    """https://hadoop.apache.org/docs/r3.3.4/hadoop-aws/tools/hadoop-aws/index.html"""
    implementation = "org.apache.hadoop.fs.s3a.S3AFileSystem"
    settings = {
        "spark.hadoop.fs.s3.impl": implementation,
        "spark.hadoop.fs.s3a.impl": implementation,
        "spark.hadoop.fs.s3a.endpoint.region": region,
        "spark.hadoop.fs.s3a.aws.credentials.provider": ",".join(CREDENTIALS_PROVIDERS),
        "spark.hadoop.fs.s3a.buffer.dir": str(scratch / "s3a"),
    }
    if endpoint_url is None:
        return settings
    return settings | {
        "spark.hadoop.fs.s3a.endpoint": endpoint_url,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": str(
            endpoint_url.startswith("https:")
        ).lower(),
    }
