from pathlib import Path

from lochan.glue.worker.spark import spark_settings


def make_settings(endpoint_url):
    return spark_settings(
        jars=Path("/none"), endpoint_url=endpoint_url, region="eu-west-1", scratch=Path("/scratch")
    )


def test_settings_are_text():
    settings = make_settings("http://127.0.0.1:4566")
    assert all(isinstance(value, str) for value in settings.values())
    assert all(name.startswith("spark.") for name in settings)


def test_endpoint_is_used_by_path_style():
    settings = make_settings("http://127.0.0.1:4566")
    assert settings["spark.hadoop.fs.s3a.endpoint"] == "http://127.0.0.1:4566"
    assert settings["spark.hadoop.fs.s3a.path.style.access"] == "true"
    assert settings["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "false"
    assert settings["spark.hadoop.fs.s3a.endpoint.region"] == "eu-west-1"


def test_endpoint_with_tls_is_used_with_tls():
    settings = make_settings("https://127.0.0.1:4566")
    assert settings["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "true"


def test_aws_itself_needs_no_endpoint():
    settings = make_settings(None)
    assert "spark.hadoop.fs.s3a.endpoint" not in settings
    assert "spark.hadoop.fs.s3a.path.style.access" not in settings


def test_nothing_lies_outside_the_scratch_folder():
    settings = make_settings(None)
    for name in ("spark.local.dir", "spark.sql.warehouse.dir", "spark.hadoop.fs.s3a.buffer.dir"):
        assert settings[name].startswith("/scratch/")
