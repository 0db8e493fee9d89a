"""The commands of the runbook, as a person types them one after the other."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "runbook.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_script(page: Path) -> str:
    """All runnable blocks of a page as one script that tells each block's beginning."""
    blocks = _BLOCK.findall(page.read_text())
    told = [f"echo '== block {number}'\n{block}" for number, block in enumerate(blocks, 1)]
    return "set -euo pipefail\n" + "\n".join(told)


def login(platform: Platform, server: str) -> dict[str, Any]:
    """How the user of a secret logs in now."""
    secret = platform.client("secretsmanager").get_secret_value(
        SecretId=platform.values[f"{server}_SECRET_ARN"]
    )
    return {
        "host": platform.values[f"{server}_HOST"],
        "port": platform.values[f"{server}_PORT"],
        "dbname": platform.values[f"{server}_DATABASE"],
        "user": platform.values[f"{server}_USER"],
        "password": json.loads(secret["SecretString"])["password"],
        "sslmode": "verify-full",
        "sslrootcert": platform.values["SSL_CERT_FILE"],
    }


@pytest.fixture
def rotating(platform: Platform) -> Iterator[Platform]:
    """An environment whose passwords may change: those of the stack come back after it."""
    yield platform
    for server in ("REDSHIFT", "RDS"):
        with psycopg.connect(**login(platform, server), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER USER {} PASSWORD {}").format(
                    sql.Identifier(platform.values[f"{server}_USER"]),
                    sql.Literal(platform.values[f"{server}_PASSWORD"]),
                )
            )


def test_the_runbooks_commands_do_what_it_says(rotating: Platform) -> None:
    missing = [tool for tool in ("aws", "psql") if not shutil.which(tool)]
    if missing:
        pytest.skip(f"the runbook's commands need {' and '.join(missing)}")
    rotating.sample("tweets_to_redshift")
    ran = rotating.run_flow("tweets_to_redshift")
    assert ran.code == 0, ran.errors
    before = {server: login(rotating, server)["password"] for server in ("REDSHIFT", "RDS")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = rotating.run("bash", "-c", read_script(RUNBOOK), PATH=path)
    assert done.code == 0, done.output + done.errors
    blocks = done.output.split("== block ")
    followed, from_prefect = blocks[2], blocks[3]
    assert '"state": "SUCCEEDED"' in followed
    (flow_run,) = re.findall(r'"flow_run": "([0-9a-f-]{36})"', followed)
    assert f'"flow_run_id": "{flow_run}"' in followed  # the first line of the job's log
    (glue_run,) = set(re.findall(r"the run (jr_[0-9a-f]+) of the", from_prefect.replace("\n", "")))
    assert f"glue_run_id    {glue_run}" in from_prefect
    assert "Forgot 1 of twitter " in done.output
    # The partition that was forgotten is loaded again, and its rows are there once.
    assert count_loaded_again(rotating) == (1, 0)
    for server, password in before.items():
        assert login(rotating, server)["password"] != password
    assert "process-tweets" in blocks[-1]


def count_loaded_again(platform: Platform) -> tuple[int, int]:
    """How many partitions a run without a Glue run loaded, and how many tweets are there twice."""
    with psycopg.connect(**login(platform, "REDSHIFT"), autocommit=True) as connection:
        (loads,) = connection.execute(
            "SELECT COUNT(*) FROM etl.loads WHERE glue_run_id IS NULL"
        ).fetchall()
        (twice,) = connection.execute(
            "SELECT COUNT(*) - COUNT(DISTINCT tweet_id) FROM twitter.tweets"
        ).fetchall()
    return loads[0], twice[0]
