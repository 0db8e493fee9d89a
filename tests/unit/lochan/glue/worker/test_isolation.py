import zipfile

import pytest

from lochan.glue.worker.arguments import RunRefused
from lochan.glue.worker.isolation import find_shared_state, split_settings

CURRENT = {"spark.sql.session.timeZone": "UTC", "spark.rdd.compress": "true"}


def is_static(name):
    return name == "spark.sql.extensions"


@pytest.mark.parametrize(
    "line",
    [
        "sc._jsc.hadoopConfiguration().set('a', 'b')",
        "spark.conf.set('fs.s3a.endpoint', 'http://other')",
        "sc.setCheckpointDir('/tmp')",
        "sc._jvm.System.setProperty('a', 'b')",
        "SparkContext.setSystemProperty('a', 'b')",
        "sc._jvm.System.exit(0)",
        "sc._jvm.java.lang.System . exit (0)",
        "sc._jsc.stop()",
        "sc._jsc.sc().stop()",
        "spark.sql('add jar s3://a/b.jar')",
        "sc._jsc.getPersistentRDDs()",
    ],
)
def test_script_that_reaches_shared_state_is_found(tmp_path, line):
    script = tmp_path / "job.py"
    script.write_text(f"import sys\n{line}\n")
    assert find_shared_state([script]).startswith("job.py ")


@pytest.mark.parametrize(
    "line",
    ["sc.stop()", "spark.stop()", "sys.exit(1)", "path = 's3://bucket/fs.s3'", "rdd.cache()"],
)
def test_ordinary_script_shares_a_jvm(tmp_path, line):
    script = tmp_path / "job.py"
    script.write_text(line)
    assert find_shared_state([script]) is None


def test_module_in_an_archive_is_found(tmp_path):
    archive = tmp_path / "modules.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("clean.py", "pass")
        writer.writestr("package/dirty.py", "sc.setCheckpointDir('x')")
    assert find_shared_state([archive]) == "modules.zip/package/dirty.py sets the checkpoint folder"


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("spark.sql.shuffle.partitions", "9", "session"),
        ("spark.sql.catalog.other", "a.Catalog", "session"),
        ("spark.sql.extensions", "a.Extension", "jvm"),
        ("spark.serializer", "a.Serializer", "jvm"),
        ("spark.hadoop.fs.s3a.endpoint", "http://other", "jvm"),
        ("spark.executor.extraJavaOptions", "-Da=b", "jvm"),
        ("spark.executor.memory", "9g", "ignored"),
        ("spark.master", "yarn", "ignored"),
        ("spark.app.name", "mine", "ignored"),
        ("spark.dynamicAllocation.enabled", "true", "ignored"),
        ("spark.rdd.compress", "true", None),
        ("spark.sql.session.timeZone", "UTC", None),
    ],
)
def test_setting_goes_where_it_can_hold(name, value, place):
    plan = split_settings({name: value}, CURRENT, is_static)
    assert plan.session == ({name: value} if place == "session" else {})
    assert plan.jvm == ({name: value} if place == "jvm" else {})
    assert plan.ignored == ((name,) if place == "ignored" else ())


@pytest.mark.parametrize("name", ["spark.jars", "spark.jars.packages", "spark.submit.pyFiles"])
def test_setting_of_spark_submit_is_refused_by_name(name):
    with pytest.raises(RunRefused, match=name):
        split_settings({name: "x"}, CURRENT, is_static)
