from __future__ import annotations

import json

import pytest

from spark.logs import describe_run


@pytest.mark.parametrize(
    ("argv", "ids"),
    [
        (
            # https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
            "job.py --JOB_ID j_1 --JOB_RUN_ID jr_2 --JOB_NAME process --flow_run_id f-3 --x 1",
            {"job": "process", "glue_run_id": "jr_2", "flow_run_id": "f-3"},
        ),
        (
            "job.py --JOB_NAME=process --JOB_RUN_ID=jr_2",
            {"job": "process", "glue_run_id": "jr_2", "flow_run_id": None},
        ),
        ("job.py --JOB_NAME", {"job": None, "glue_run_id": None, "flow_run_id": None}),
    ],
    ids=["as on AWS", "with equals signs, by hand", "cut off"],
)
def test_a_job_says_first_which_run_it_is(argv: str, ids: dict[str, str | None]) -> None:
    assert json.loads(describe_run(argv.split())) == {"event": "started", **ids}
