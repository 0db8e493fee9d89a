"""Job runs from request to last event: states, messages, logs, figures."""

import pytest

pytestmark = pytest.mark.spark


SMALL_JOB = """
from pyspark.sql import SparkSession, functions

spark = SparkSession.builder.appName("small").getOrCreate()
rows = spark.createDataFrame([(1, "a"), (2, "a"), (3, "b")], "number long, letter string")
rows.write.json("s3://assets/small/in")
read = spark.read.json("s3://assets/small/in")
sums = read.groupBy("letter").agg(functions.sum("number").alias("total"))
sums.write.parquet("s3://assets/small/out")
print(sorted(tuple(row) for row in spark.read.parquet("s3://assets/small/out").collect()))
"""


def test_job_reads_and_writes_s3_and_succeeds(worker):
    run_id = worker.start(SMALL_JOB)
    ended = worker.wait(run_id)
    assert (ended["state"], ended["error_message"]) == ("SUCCEEDED", None)
    assert worker.output(run_id) == ["[('a', 3), ('b', 3)]"]
    assert [event["state"] for event in worker.events(run_id)] == [
        "STARTING",
        "RUNNING",
        "SUCCEEDED",
    ]


def test_run_is_billed_by_workers_and_seconds(worker):
    ended = worker.run("import time; time.sleep(1.2)")
    assert ended["execution_time"] == 1
    assert 2.4 <= ended["dpu_seconds"] <= 4  # two workers G.1X of one unit each
    assert ended["completed_on"] - ended["started_on"] >= 1.2


def test_arguments_arrive_as_on_aws(worker):
    script = "import json, sys; print(json.dumps(sys.argv[1:]))"
    argv = worker.answer(script, {"--day": "2026-11-20", "--TempDir": "s3://temp/x"})
    given = dict(zip(argv[::2], argv[1::2], strict=True))
    assert given.pop("--JOB_RUN_ID").startswith("jr_")
    assert given.pop("--JOB_ID").startswith("j_")
    assert given == {
        "--JOB_NAME": "a-job",
        "--job-bookmark-option": "job-bookmark-disable",
        "--day": "2026-11-20",
        "--TempDir": "s3://temp/x",
    }


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise ValueError", "ValueError"),
        ("def broken(:\n    pass", "SyntaxError: invalid syntax (job.py, line 1)"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("import sys; sys.exit(1)", "SystemExit: 1"),
        ("import sys; sys.exit('no rows')", "SystemExit: no rows"),
        ("import os; os._exit(3)", "The script's process ended with exit code 3."),
        (
            "import os; os.kill(os.getpid(), 9)",
            "The script's process was ended by the signal SIGKILL. "
            "The system may have run out of memory.",
        ),
    ],
)
def test_failed_script_says_why(worker, script, message):
    ended = worker.run(script)
    assert (ended["state"], ended["error_message"]) == ("FAILED", message)


@pytest.mark.parametrize("script", ["", "import sys; sys.exit()", "import sys; sys.exit(0)"])
def test_script_that_ends_well_succeeds(worker, script):
    assert worker.run(script + "\n")["state"] == "SUCCEEDED"


def test_error_log_shows_the_script_and_not_the_worker(worker):
    run_id = worker.start("def divide():\n    return 1 / 0\n\ndivide()\n")
    worker.wait(run_id)
    log = "\n".join(worker.errors(run_id))
    assert 'job.py", line 4, in <module>' in log
    assert 'job.py", line 2, in divide' in log
    assert "run_process" not in log


def test_error_of_spark_names_the_missing_path(worker):
    ended = worker.run(
        "from pyspark.sql import SparkSession\n"
        "SparkSession.builder.getOrCreate().read.parquet('s3://assets/nowhere')\n"
    )
    assert ended["state"] == "FAILED"
    assert ended["error_message"].startswith("AnalysisException: [PATH_NOT_FOUND]")
    assert "s3://assets/nowhere" in ended["error_message"]


def test_missing_script_is_named(worker):
    ended = worker.run("", location="s3://assets/scripts/none.py")
    assert ended["state"] == "FAILED"
    assert ended["error_message"] == (
        "The script s3://assets/scripts/none.py does not exist: "
        "there is no such object in the bucket."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"glue_version": "6.0"},
            'GlueVersion "6.0" is not installed in this worker: it runs 5.1.',
        ),
        (
            {"command": "gluestreaming"},
            'The command "gluestreaming" is not supported by this worker: '
            "it runs glueetl and pythonshell.",
        ),
        (
            {"arguments": {"--job-language": "scala"}},
            '--job-language "scala" is not supported: scripts are Python here.',
        ),
        (
            {"arguments": {"--additional-python-modules": "no-such-package==9"}},
            '--additional-python-modules "no-such-package==9" cannot be had: it is not installed '
            "in this worker, which installs nothing for a run. Install it into the environment "
            "of the worker.",
        ),
    ],
)
def test_what_is_not_supported_is_refused_by_name(worker, options, message):
    ended = worker.run("print('never')", **options)
    assert (ended["state"], ended["error_message"]) == ("FAILED", message)


def test_log_is_there_while_the_run_goes(worker, wait_for):
    run_id = worker.start("import time\nprint('first')\nwhile True:\n    time.sleep(0.1)\n")
    wait_for(lambda: worker.output(run_id) == ["first"], 10, "the first line")
    worker.stop(run_id)
    assert worker.wait(run_id)["state"] == "STOPPED"


def test_python_shell_job_runs_without_spark(worker):
    run_id = worker.start("print('shell')", command="pythonshell", glue_version="3.0")
    assert worker.wait(run_id)["state"] == "SUCCEEDED"
    assert worker.output(run_id, "/aws-glue/python-jobs/output") == ["shell"]
    ended = worker.run("import pyspark; pyspark.SparkContext()", command="pythonshell")
    assert "A Python shell job has no Spark" in ended["error_message"]


def test_two_runs_go_at_once(worker):
    script = """
import sys, time, boto3
s3 = boto3.client("s3")
mine, other = sys.argv[sys.argv.index("--mine") + 1], sys.argv[sys.argv.index("--other") + 1]
from pyspark import SparkContext
count = SparkContext.getOrCreate().range(10).count()
s3.put_object(Bucket="assets", Key=mine)
while not s3.list_objects_v2(Bucket="assets", Prefix=other).get("KeyCount"):
    time.sleep(0.05)
print(count)
"""
    left = worker.start(script, {"--mine": "meet/left", "--other": "meet/right"})
    right = worker.start(script, {"--mine": "meet/right", "--other": "meet/left"})
    assert worker.wait(left)["state"] == worker.wait(right)["state"] == "SUCCEEDED"


def test_extra_python_files_of_one_name_stay_apart(worker):
    script = """
import json
import shared_name
from pyspark.sql import SparkSession, functions
spark = SparkSession.builder.getOrCreate()
def in_worker(_):
    import shared_name
    return shared_name.VALUE
value = functions.udf(in_worker, "string")
row = spark.range(1).select(value("id").alias("value")).first()
print(json.dumps([shared_name.VALUE, row.value]))
"""
    first = worker.put("modules/one/shared_name.py", "VALUE = 'one'")
    second = worker.put("modules/two/shared_name.py", "VALUE = 'two'")
    assert worker.answer(script, {"--extra-py-files": first}) == ["one", "one"]
    assert worker.answer(script, {"--extra-py-files": second}) == ["two", "two"]


def test_extra_files_lie_in_the_working_folder(worker):
    uri = worker.put("files/limits.json", '{"limit": 3}')
    script = "print(open('limits.json').read())"
    assert worker.answer(script, {"--extra-files": uri}) == {"limit": 3}


def test_context_can_be_made_in_every_way(worker):
    script = """
import json
from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession, SQLContext
seen = []
conf = SparkConf().set("spark.sql.shuffle.partitions", "7")
with SparkContext("local[4]", "named", conf=conf) as sc:
    spark = SparkSession(sc)
    seen.append(spark.conf.get("spark.sql.shuffle.partitions"))
    seen.append(SQLContext(sc).range(3).count())
    seen.append(SparkContext.getOrCreate() is sc)
try:
    sc.parallelize([1]).count()
except Exception as error:
    seen.append(type(error).__name__)
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "9").getOrCreate()
seen.append(spark.conf.get("spark.sql.shuffle.partitions"))
seen.append(spark.range(4).count())
spark.stop()
sc = SparkContext.getOrCreate()
seen.append(sc.parallelize(range(5)).map(lambda value: value + 1).sum())
print(json.dumps(seen))
"""
    assert worker.answer(script) == ["7", 3, True, "AttributeError", "9", 4, 15]
