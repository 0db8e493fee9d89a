"""Arguments of a job, as Amazon's module of the same name resolves them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse
import traceback
from typing import Any, NoReturn

from awsglue.job import Job

# Relationalize stages its tables below the TempDir of the job when the script names no path.
_resolved: dict[str, Any] = {}

_CONTINUATION_TO_BOOKMARK = {
    "continuation-enabled": "job-bookmark-enable",
    "continuation-readonly": "job-bookmark-pause",
    "continuation-ignore": "job-bookmark-disable",
}


class GlueArgumentError(Exception):
    """An argument that a script asks for is missing or malformed."""


class GlueArgumentParser(argparse.ArgumentParser):
    """An argument parser that raises instead of ending the process."""

    def error(self, msg: str) -> NoReturn:
        raise GlueArgumentError(msg)


def makeOptions(sc: Any, py_obj: Any) -> Any:
    """Return the options as they are: Lochan's sources and sinks are Python objects."""
    return py_obj


def callsite() -> str:
    """Return where in the script the current call was made, for error records."""
    frames = [frame for frame in traceback.extract_stack() if "awsglue" not in frame.filename]
    if not frames:
        return "unknown"
    return f"{frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}"


def getResolvedOptions(args: list[str], options: list[str]) -> dict[str, Any]:
    """Return the values of the named options, and Glue's own, from a job's argv.

    Every listed option is required; arguments that are not listed are ignored; dashes become
    underscores in the keys. TempDir and RedshiftTempDir are optional and stand in for each other.
    Raises GlueArgumentError for a missing option and RuntimeError for a reserved one.
    """
    _refuse_reserved(options)
    parser = _glue_parser()
    for option in options:
        if option not in ("TempDir", "RedshiftTempDir"):
            parser.add_argument(f"--{option}", required=True)
    parsed = vars(parser.parse_known_args(args[1:])[0])
    _settle_bookmark_options(parsed)
    _settle_temp_dirs(parsed)
    _resolved.clear()
    _resolved.update(parsed)
    return parsed


def temporary_folder() -> str | None:
    """Return the TempDir of the arguments that the script resolved last."""
    return _resolved.get("TempDir")


def _refuse_reserved(options: list[str]) -> None:
    reserved = [
        "continuation-option",
        "job-bookmark-option",
        *Job.job_bookmark_range_options(),
        *Job.id_params()[1:],  # the first is JOB_NAME, which scripts do list
        *Job.encryption_type_options(),
        *Job.data_lineage_options(),
    ]
    for option in options:
        if option in reserved:
            raise RuntimeError(
                f"getResolvedOptions: {option!r} is reserved by Glue and must not be listed."
            )


def _glue_parser() -> GlueArgumentParser:
    parser = GlueArgumentParser()
    bookmark = parser.add_mutually_exclusive_group()
    bookmark.add_argument("--job-bookmark-option", choices=Job.job_bookmark_options())
    bookmark.add_argument("--continuation-option", choices=Job.continuation_options())
    for name in (*Job.job_bookmark_range_options(), "TempDir", "RedshiftTempDir"):
        parser.add_argument(f"--{name}")
    for name in (
        *Job.id_params()[1:],
        *Job.encryption_type_options(),
        *Job.data_lineage_options(),
    ):
        parser.add_argument(name)
    return parser


def _settle_bookmark_options(parsed: dict[str, Any]) -> None:
    continuation = parsed.pop("continuation_option")
    if continuation is not None:
        parsed["job_bookmark_option"] = _CONTINUATION_TO_BOOKMARK[continuation]
    elif parsed["job_bookmark_option"] is None:
        parsed["job_bookmark_option"] = "job-bookmark-disable"
    ends = [parsed["job_bookmark_from"], parsed["job_bookmark_to"]]
    paused = parsed["job_bookmark_option"] == "job-bookmark-pause"
    if any(ends) and not all(ends):
        raise GlueArgumentError(
            "--job-bookmark-from and --job-bookmark-to must be given together or not at all."
        )
    if all(ends) and not paused:
        raise GlueArgumentError(
            "--job-bookmark-from and --job-bookmark-to need "
            "--job-bookmark-option job-bookmark-pause."
        )


def _settle_temp_dirs(parsed: dict[str, Any]) -> None:
    given = parsed["TempDir"] or parsed["RedshiftTempDir"]
    parsed["TempDir"] = parsed["TempDir"] or given
    parsed["RedshiftTempDir"] = parsed["RedshiftTempDir"] or given
