import pytest

from lochan.glue.worker.arguments import RunRefused, parse_conf, read_arguments
from lochan.glue.worker.run_requests import LogGroups, RunRequest

RUN_ID = "jr_" + "0" * 64


def make_request(arguments=None, **changes):
    fields = {
        "run_id": RUN_ID,
        "job_name": "tweets",
        "command": "glueetl",
        "script": "s3://assets/job.py",
        "arguments": arguments or {},
        "glue_version": "5.1",
        "timeout_seconds": 60.0,
        "worker_type": "G.1X",
        "number_of_workers": 2,
        "attempt": 0,
        "security_configuration": None,
        "s3_encryption": None,
        "logs": LogGroups("/aws-glue/jobs"),
    }
    return RunRequest(**{**fields, **changes})


def test_script_sees_names_and_ids_then_the_arguments_it_was_given():
    arguments = {"--day": "2026-11-20", "--conf": "spark.sql.ansi.enabled=true"}
    assert read_arguments(make_request(arguments)).script_arguments == (
        "--JOB_NAME",
        "tweets",
        "--JOB_ID",
        # printf %s tweets | sha256sum
        "j_5f036a2bd9d0a181d924fff7d2f7cd42409c41038e89056e6988736ca464a4da",
        "--JOB_RUN_ID",
        RUN_ID,
        "--job-bookmark-option",
        "job-bookmark-disable",
        "--day",
        "2026-11-20",
    )


def test_given_bookmark_option_wins():
    arguments = read_arguments(make_request({"--job-bookmark-option": "job-bookmark-enable"}))
    assert arguments.script_arguments[6:] == ("--job-bookmark-option", "job-bookmark-enable")


def test_script_is_told_its_security_configuration():
    arguments = read_arguments(make_request(security_configuration="safe"))
    assert arguments.script_arguments[-2:] == ("--SECURITY_CONFIGURATION", "safe")


def test_files_are_listed_in_order():
    arguments = read_arguments(
        make_request(
            {
                "--extra-py-files": "s3://a/b.zip, s3://a/c.py,",
                "--extra-files": "s3://a/limits.json",
                "--extra-jars": "s3://a/d.jar",
            }
        )
    )
    assert arguments.python_files == ("s3://a/b.zip", "s3://a/c.py")
    assert arguments.files == ("s3://a/limits.json",)
    assert arguments.jars == ("s3://a/d.jar",)


@pytest.mark.parametrize(
    ("value", "settings"),
    [
        ("", {}),
        ("spark.a=b", {"spark.a": "b"}),
        ("spark.a=b --conf spark.c=d=e", {"spark.a": "b", "spark.c": "d=e"}),
        ("spark.a=b  --conf   spark.c=", {"spark.a": "b", "spark.c": ""}),
    ],
)
def test_conf_holds_several_settings(value, settings):
    assert parse_conf(value) == settings


@pytest.mark.parametrize("value", ["spark.a", "a=b", "spark.a=b --conf c"])
def test_conf_that_is_no_setting_is_refused(value):
    with pytest.raises(RunRefused, match="is not a setting like"):
        parse_conf(value)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"--job-language": "scala"}, "--job-language"),
        ({"--class": "Main"}, "--class"),
        ({"--user-jars-first": "true"}, "--user-jars-first"),
        ({"--extra-py-files": "s3://a/b.so"}, "s3://a/b.so"),
        ({"--extra-jars": "s3://a/b.zip"}, "s3://a/b.zip"),
        ({"--lochan-isolation": "thread"}, "thread"),
        ({"--additional-python-modules": "pyspark==2.0"}, "3.5.6 is installed"),
        ({"--additional-python-modules": "s3://a/b.whl"}, "s3://a/b.whl"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(arguments, named):
    with pytest.raises(RunRefused, match=named.replace(".", r"\.")):
        read_arguments(make_request(arguments))


def test_module_that_is_installed_at_that_version_is_accepted():
    modules = {"--additional-python-modules": "pyspark==3.5.6,boto3"}
    assert read_arguments(make_request(modules))


@pytest.mark.parametrize("version", [None, "auto", "4.0", "6.0"])
def test_other_glue_versions_are_refused(version):
    with pytest.raises(RunRefused, match=f'"{version}" is not installed in this worker'):
        read_arguments(make_request(glue_version=version))


def test_shell_job_has_no_glue_version():
    assert read_arguments(make_request(command="pythonshell", glue_version=None))


@pytest.mark.parametrize("command", ["gluestreaming", "glueray", ""])
def test_other_commands_are_refused(command):
    with pytest.raises(RunRefused, match=f'The command "{command}" is not supported'):
        read_arguments(make_request(command=command))


def test_unknown_worker_type_is_refused():
    with pytest.raises(RunRefused, match=r'"R\.1X"'):
        read_arguments(make_request(worker_type="R.1X"))
