import pytest

from lochan.glue.worker.endings import describe_exit
from lochan.glue.worker.run_process import RunPlan, describe_error


class Py4JJavaError(Exception):
    """Named and worded as py4j's."""


def parse(text):
    with pytest.raises(SyntaxError) as raised:
        compile(text, "/folder/job.py", "exec")
    return raised.value


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (ValueError(), "ValueError"),
        (KeyError("day"), "KeyError: 'day'"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (
            Py4JJavaError(
                "An error occurred while calling o55.parquet.\n"
                ": org.apache.spark.SparkException: Job aborted.\n"
                "\tat org.apache.spark.Some.where(Some.scala:1)\n"
                "Caused by: java.io.IOException: disk\n"
            ),
            "An error occurred while calling o55.parquet. Job aborted.",
        ),
    ],
)
def test_error_is_worded_as_glue_does(error, message):
    assert describe_error(error) == message


def test_syntax_error_names_file_and_line():
    assert (
        describe_error(parse("x = 1\ny = = 2\n")) == "SyntaxError: invalid syntax (job.py, line 2)"
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (3, "The script's process ended with exit code 3."),
        (-15, "The script's process was ended by the signal SIGTERM."),
        (
            -9,
            "The script's process was ended by the signal SIGKILL. "
            "The system may have run out of memory.",
        ),
    ],
)
def test_exit_is_described(code, message):
    assert describe_exit(code) == message


def test_plan_survives_its_file(tmp_path):
    plan = RunPlan("/a/job.py", ["--a", "ü"], ["/m"], str(tmp_path), {"A": "b"})
    assert RunPlan.load(plan.save()) == plan
