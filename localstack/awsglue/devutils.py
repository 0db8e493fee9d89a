"""Job definitions as Amazon's development tools write them; use boto3 for jobs themselves."""

from typing import Any, NoReturn

from awsglue._refusals import not_implemented

_ADVICE = "Use the Glue client of boto3."


class ExecutionProperty:
    """How many runs of a job may go on at once."""

    def __init__(self, maxConcurrentRuns: int = 1) -> None:
        self.maxConcurrentRuns = maxConcurrentRuns

    def as_dict(self) -> dict[str, Any]:
        """Return the property as the Glue API takes it."""
        return {"MaxConcurrentRuns": self.maxConcurrentRuns}


class Command:
    """What a job runs."""

    def __init__(self, name: str, scriptLocation: str) -> None:
        self.name = name
        self.scriptLocation = scriptLocation

    def as_dict(self) -> dict[str, Any]:
        """Return the command as the Glue API takes it."""
        return {"Name": self.name, "ScriptLocation": self.scriptLocation}


class Connections:
    """The connections of a job."""

    def __init__(self, connections: list[str] = []) -> None:
        self.connections = list(connections)

    def as_dict(self) -> dict[str, Any]:
        """Return the connections as the Glue API takes them."""
        return {"Connections": self.connections}


class Job:
    """A job definition."""

    def __init__(self) -> None:
        raise not_implemented("devutils.Job", advice=_ADVICE)

    def as_dict(self) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.Job.as_dict", advice=_ADVICE)

    def as_job_create_dict(self) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.Job.as_job_create_dict", advice=_ADVICE)

    def as_job_update_dict(self) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.Job.as_job_update_dict", advice=_ADVICE)


class GlueJobUtils:
    """Operations on jobs."""

    def __init__(self, glue_context: Any) -> None:
        raise not_implemented("devutils.GlueJobUtils", advice=_ADVICE)

    def get_jobs(self, nextToken: str = "") -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.GlueJobUtils.get_jobs", advice=_ADVICE)

    def get_job(self, jobName: str) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.GlueJobUtils.get_job", advice=_ADVICE)

    def create_job(self, job: Job, file: str = "") -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.GlueJobUtils.create_job", advice=_ADVICE)

    def update_job(self, job: Job, file: str = "") -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.GlueJobUtils.update_job", advice=_ADVICE)

    def delete_job(self, jobName: str) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("devutils.GlueJobUtils.delete_job", advice=_ADVICE)
