"""Runs do not see one another: each leak that a shared JVM or a shared parent could have."""

import json

import pytest

pytestmark = pytest.mark.spark

POLLUTE = """
import builtins, json, os, sys, time
import boto3
from pyspark import SparkContext, SparkFiles
from pyspark.sql import SparkSession, functions

spark = SparkSession.builder.getOrCreate()
sc = spark.sparkContext
spark.range(1).createOrReplaceTempView("a_view")
spark.range(1).createOrReplaceGlobalTempView("a_global_view")
spark.conf.set("spark.sql.shuffle.partitions", "77")
spark.sql("create database a_database")
spark.sql("use a_database")
spark.sql("create table default.a_table using parquet as select 'theirs' as value")
spark.udf.register("a_function", lambda value: value, "long")
spark.range(5).cache().count()
sc.setLogLevel("OFF")
sc.setJobGroup("a group", "of jobs")
sc.setLocalProperty("a.property", "theirs")
open("added.py", "w").write("VALUE = 'theirs'")
open("added.txt", "w").write("theirs")
sc.addPyFile("added.py")
sc.addFile("added.txt")

def pollute_worker(value):
    import json
    json.POLLUTED = True
    return value

spark.range(8).select(functions.udf(pollute_worker, "long")("id")).collect()
json.POLLUTED = True
builtins.POLLUTED = True
os.environ["A_VARIABLE"] = "theirs"
os.environ["AWS_ACCESS_KEY_ID"] = "theirs"
sys.path.append("/theirs")
boto3.setup_default_session(region_name="eu-west-1")
SparkContext.polluted = True
s3 = boto3.client("s3", region_name="us-east-1")
s3.put_object(Bucket="assets", Key="pollution/done")
while not s3.list_objects_v2(Bucket="assets", Prefix="pollution/seen").get("KeyCount"):
    time.sleep(0.05)
spark.stop()
"""

INSPECT = """
import builtins, json, os, sys
import boto3, numpy
from pyspark import SparkContext, SparkFiles
from pyspark.sql import SparkSession, functions

spark = SparkSession.builder.getOrCreate()
sc = spark.sparkContext
logger = sc._jvm.org.apache.logging.log4j.LogManager.getRootLogger()
open("added.py", "w").write("VALUE = 'mine'")
open("added.txt", "w").write("mine")
sc.addPyFile("added.py")
sc.addFile("added.txt")
import added

def look_in_worker(_):
    import json
    import added
    polluted = hasattr(json, "POLLUTED")
    return json.dumps([polluted, added.VALUE, open(SparkFiles.get("added.txt")).read()])

seen = spark.range(8).select(functions.udf(look_in_worker, "string")("id").alias("seen"))
spark.sql("create table a_table using parquet as select 'mine' as value")
functions_there = [function.name for function in spark.catalog.listFunctions()]
print(json.dumps({
    "views": [t.name for t in spark.catalog.listTables() if t.isTemporary],
    "global views": [row.tableName for row in spark.sql("show tables in global_temp").collect()],
    "shuffle partitions": spark.conf.get("spark.sql.shuffle.partitions"),
    "databases": [database.name for database in spark.catalog.listDatabases()],
    "current database": spark.catalog.currentDatabase(),
    "table": spark.table("a_table").first().value,
    "function": "a_function" in functions_there,
    "log level": str(logger.getLevel()),
    "job group": sc.getLocalProperty("spark.jobGroup.id"),
    "local property": sc.getLocalProperty("a.property"),
    "added module": added.VALUE,
    "added file": open(SparkFiles.get("added.txt")).read(),
    "workers": sorted({row.seen for row in seen.collect()}),
    "module": hasattr(json, "POLLUTED"),
    "builtins": hasattr(builtins, "POLLUTED"),
    "environment": os.environ.get("A_VARIABLE"),
    "credentials": os.environ["AWS_ACCESS_KEY_ID"],
    "sys.path": "/theirs" in sys.path,
    "boto3 session": boto3.client("s3").meta.region_name,
    "pyspark": hasattr(SparkContext, "polluted"),
    "files": sorted(os.listdir()),
}))
"""

EXPECTED = {
    "views": [],
    "global views": [],
    "shuffle partitions": "4",
    "databases": ["default"],
    "current database": "default",
    "table": "mine",
    "function": False,
    "log level": "INFO",  # Spark's own for the root logger
    "job group": None,
    "local property": None,
    "added module": "mine",
    "added file": "mine",
    "workers": ['[false, "mine", "mine"]'],
    "module": False,
    "builtins": False,
    "environment": None,
    "credentials": "test",
    "sys.path": False,
    "boto3 session": "us-east-1",
    "pyspark": False,
    "files": ["added.py", "added.txt"],
}


@pytest.fixture(scope="module")
def inspections(worker, wait_for):
    """What a run sees while the polluting run is there, and what one sees afterwards."""
    polluting = worker.start(POLLUTE)

    def is_polluted():
        ended = [e for e in worker.events(polluting) if e["completed_on"]]
        assert not ended, (ended, worker.errors(polluting))
        return worker.s3.list_objects_v2(Bucket="assets", Prefix="pollution/done")["KeyCount"]

    wait_for(is_polluted, 120, "the pollution")
    during = worker.answer(INSPECT)
    worker.put("pollution/seen", b"")
    assert worker.wait(polluting)["state"] == "SUCCEEDED", worker.errors(polluting)
    return {"during": during, "after": worker.answer(INSPECT)}


@pytest.mark.parametrize("when", ["during", "after"])
@pytest.mark.parametrize("leak", EXPECTED)
def test_run_sees_nothing_of_another(inspections, when, leak):
    assert inspections[when][leak] == EXPECTED[leak]


def test_random_numbers_differ_between_runs(worker):
    script = "import json, numpy, random; print(json.dumps([numpy.random.rand(), random.random()]))"
    first, second = worker.answer(script), worker.answer(script)
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_hadoop_settings_of_a_script_stay_in_its_own_jvm(worker, wait_for):
    change = """
import json
from pyspark import SparkContext
sc = SparkContext.getOrCreate()
sc._jsc.hadoopConfiguration().set("fs.s3a.endpoint", "http://127.0.0.1:1")
sc.setCheckpointDir("checkpoints")
sc._jvm.java.lang.System.setProperty("a.system.property", "theirs")
print(json.dumps(sc._jsc.hadoopConfiguration().get("fs.s3a.endpoint")))
"""
    # Spelled so that this look does not get a JVM of its own.
    look = """
import json
from pyspark import SparkContext
sc = SparkContext.getOrCreate()
configuration = getattr(sc._jsc, "hadoop" + "Configuration")()
print(json.dumps([
    configuration.get("fs." + "s3a.endpoint") == "http://127.0.0.1:1",
    sc._jsc.getCheckpointDir().isPresent(),
    sc._jvm.java.lang.System.getProperty("a.system.property"),
]))
"""
    assert worker.answer(change) == "http://127.0.0.1:1"
    assert worker.answer(look) == [False, False, None]
    wait_for(lambda: len(worker.jvm_processes()) == 1, 30, "the end of its own JVM")


def test_static_settings_get_a_jvm_of_their_own(worker):
    script = """
import json
from pyspark.sql import SparkSession
spark = SparkSession.builder.config("spark.executor.memory", "9g").getOrCreate()
conf = spark.sparkContext.getConf()
print(json.dumps([
    conf.get("spark.serializer"),
    conf.get("spark.hadoop.a"),
    spark.conf.get("spark.sql.ansi.enabled"),
]))
"""
    kryo = "org.apache.spark.serializer.KryoSerializer"
    conf = f"spark.serializer={kryo} --conf spark.hadoop.a=b --conf spark.sql.ansi.enabled=true"
    run_id = worker.start(script, {"--conf": conf})
    assert worker.wait(run_id)["state"] == "SUCCEEDED"
    assert json.loads(worker.output(run_id)[-1]) == [kryo, "b", "true"]
    notes = worker.errors(run_id)
    assert (
        "The setting spark.executor.memory has no meaning on one machine; it is ignored." in notes
    )
    assert any("spark.serializer holds for a whole JVM" in note for note in notes)


def test_setting_of_a_session_needs_no_jvm_of_its_own(worker):
    script = """
import json
from pyspark.sql import SparkSession
print(json.dumps(SparkSession.builder.getOrCreate().conf.get("spark.sql.ansi.enabled")))
"""
    assert worker.answer(script, {"--conf": "spark.sql.ansi.enabled=true"}) == "true"
    assert worker.answer(script) == "false"


def test_setting_that_only_spark_submit_obeys_is_refused(worker):
    script = """
from pyspark.sql import SparkSession
SparkSession.builder.config("spark.jars.packages", "a:b:1").getOrCreate()
"""
    ended = worker.run(script)
    assert ended["state"] == "FAILED"
    assert ended["error_message"] == (
        "SparkUnavailable: The Spark setting spark.jars.packages is not supported: "
        "name the jars in --extra-jars."
    )


def test_python_workers_of_all_runs_come_from_one_daemon(worker):
    script = """
from pyspark.sql import SparkSession, functions
spark = SparkSession.builder.getOrCreate()
same = functions.udf(lambda value: value, "long")
count = spark.range(2).select(same("id")).count()
print(count + spark.sparkContext.parallelize([1]).map(lambda value: value).count())
"""
    assert worker.answer(script) == worker.answer(script) == 3
    [jvm] = worker.jvm_processes()
    assert len(jvm.children()) == 1
