"""Take the pictures of docs/images from Prefect's own UI: `make docs-images`.

Needs a stack whose flows are deployed and whose samples are there, and Chromium (Debian's package
`chromium`). Runs the flows that are shown through their deployments first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

FOLDER = Path(__file__).resolve().parent / "images"
DEADLINE_SECONDS = 300
POLL_SECONDS = 2
# The page's own clock: long enough for what is loaded and for what fades in.
PAGE_MILLISECONDS = 60_000
SHOWN = ("books_to_redshift", "repartition_by_event_time")
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Picture:
    """A page of the UI, and how high its window is."""

    name: str
    path: str
    height: int = 800


class Prefect:
    """The server's API."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def deployment(self, name: str) -> str:
        """Find the id of a deployment."""
        return str(self._ask("GET", f"/deployments/name/{name}/{name}")["id"])

    def run(self, name: str) -> str:
        """Run a deployment to its end; returns the run's id, raises RuntimeError if it fails."""
        path = f"/deployments/{self.deployment(name)}/create_flow_run"
        run_id = str(self._ask("POST", path, json={})["id"])
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            state = self._ask("GET", f"/flow_runs/{run_id}")["state"]
            if state["type"] in ENDED:
                break
            time.sleep(POLL_SECONDS)
        if state["type"] != "COMPLETED":
            raise RuntimeError(f"{name} is {state['name']}: {state['message']}")
        return run_id

    def artifact(self, key: str) -> str:
        """Find the id of the latest artifact with a key."""
        body = {"artifacts": {"key": {"any_": [key]}}}
        found = self._ask("POST", "/artifacts/latest/filter", json=body)
        if not found:
            raise RuntimeError(f"no run has made the artifact {key}")
        return str(found[0]["latest_id"])

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        return self._http.request(method, path, **options).raise_for_status().json()


def main() -> None:
    """Run what is shown, and take every picture."""
    try:
        prefect = Prefect(os.environ["PREFECT_API_URL"])
        runs = {name: prefect.run(name) for name in SHOWN}
        take_pictures(list_pictures(prefect, runs))
    except (KeyError, RuntimeError, httpx.HTTPError) as error:
        sys.exit(f"No pictures: {error}. They need a stack with its flows: make up deploy samples.")


def list_pictures(prefect: Prefect, runs: dict[str, str]) -> list[Picture]:
    """Name the pages that are shown."""
    form = prefect.deployment("repartition_by_event_time")
    plot = prefect.artifact("repartition-by-event-time-plot")
    lineage = prefect.artifact("model-books-lineage")
    return [
        Picture("deployments", "/deployments", 1000),
        Picture("run", f"/runs/flow-run/{runs['books_to_redshift']}"),
        Picture("parameters", f"/deployments/deployment/{form}/run", 1200),
        Picture("plot", f"/artifacts/artifact/{plot}"),
        Picture("lineage", f"/artifacts/artifact/{lineage}"),
    ]


def take_pictures(pictures: Sequence[Picture]) -> None:
    """Open each page in a browser that nobody sees."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise RuntimeError("Chromium is not installed (Debian: apt-get install chromium)")
    ui = os.environ["PREFECT_API_URL"].removesuffix("/api")
    FOLDER.mkdir(exist_ok=True)
    for picture in pictures:
        with tempfile.TemporaryDirectory() as profile:
            command = [
                *(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-sync", "--hide-scrollbars"),
                *(f"--user-data-dir={profile}", f"--window-size=1280,{picture.height}"),
                f"--virtual-time-budget={PAGE_MILLISECONDS}",
                f"--screenshot={FOLDER / picture.name}.png",
                f"{ui}{picture.path}",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{picture.name}: {done.stderr.strip().splitlines()[-1]}")
        print(f"docs/images/{picture.name}.png")


if __name__ == "__main__":
    main()
