"""The life of a job run: bookmarks are loaded by init and advanced by commit.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

from typing import Any

from awsglue import _bookmarks


class Job:
    """A job run, which makes bookmarks available to the sources that the script reads."""

    @classmethod
    def continuation_options(cls) -> list[str]:
        """Return the values of --continuation-option, the name bookmarks had before 2018."""
        return ["continuation-enabled", "continuation-readonly", "continuation-ignore"]

    @classmethod
    def job_bookmark_options(cls) -> list[str]:
        """Return the values of --job-bookmark-option."""
        return ["job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable"]

    @classmethod
    def job_bookmark_range_options(cls) -> list[str]:
        """Return the names of the two ends of a paused bookmark's range."""
        return ["job-bookmark-from", "job-bookmark-to"]

    @classmethod
    def id_params(cls) -> list[str]:
        """Return the arguments by which Glue identifies the run."""
        return ["--JOB_NAME", "--JOB_ID", "--JOB_RUN_ID", "--SECURITY_CONFIGURATION"]

    @classmethod
    def encryption_type_options(cls) -> list[str]:
        """Return the arguments that choose an encryption."""
        return ["--encryption-type"]

    @classmethod
    def data_lineage_options(cls) -> list[str]:
        """Return the arguments that switch data lineage on."""
        return ["--enable-data-lineage"]

    def __init__(self, glue_context_or_spark_session: Any) -> None:
        self.glue_ctx = glue_context_or_spark_session
        self._initialized = False

    def init(self, job_name: str, args: dict[str, Any] = {}) -> None:
        """Start the run; with bookmarks enabled or paused, load what earlier runs processed."""
        _bookmarks.begin_run(job_name, args)
        self._initialized = True

    def isInitialized(self) -> bool:
        """Tell whether init was called."""
        return self._initialized

    def commit(self) -> None:
        """Record what this run's sources read, so that the next run does not read it again."""
        if not self._initialized:
            raise RuntimeError("Job.commit was called before Job.init: call job.init(...) first.")
        _bookmarks.commit_run()
