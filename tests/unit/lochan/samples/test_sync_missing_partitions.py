from __future__ import annotations

import gzip
import json
from collections import Counter

from lochan.samples.sync_missing_partitions import make_objects

OBJECTS = dict(make_objects())


def lines(key: str) -> list[str]:
    body = OBJECTS[key]
    text = (gzip.decompress(body) if key.endswith(".gz") else body).decode()
    return text.splitlines()


def test_the_same_objects_are_made_every_time() -> None:
    assert dict(make_objects()) == OBJECTS


def test_six_days_of_three_tables() -> None:
    folders = Counter(key.split("/")[0] for key in OBJECTS if "/dt=" in key)
    # Users in two files, followers in one, tweets in two beside a folder marker and a _SUCCESS.
    assert folders == {"users": 12, "user_followers": 6, "tweets": 24}
    days = {key.split("/")[1] for key in OBJECTS if "/dt=" in key}
    assert days == {f"dt=2026-11-{day}" for day in range(14, 20)}


def test_a_day_has_both_versions_and_the_defects_of_real_archives() -> None:
    new = [json.loads(line) for line in lines("tweets/dt=2026-11-14/part-0.json.gz")]
    *old, cut = lines("tweets/dt=2026-11-14/part-1.json")
    assert (len(new), len(old)) == (101, 60)
    assert sum("id_str" in json.loads(line) for line in old) == 50
    assert new[-1]["created_at"] == "yesterday"
    assert cut.endswith('"text": "cut of')
    again = {json.loads(line)["id"] for line in old[:10]}
    assert again <= {tweet["id"] for tweet in new}
    first = json.loads(old[10])
    assert first["created_at"].startswith("Sat Nov 14 ")
    assert isinstance(first["id"], int)
    assert "tweets/backfill/part-0.json" in OBJECTS
