from __future__ import annotations

import gzip
import json
import random
import re

from lochan.samples.repartition_by_event_time import draw_lag, make_objects

KEY = re.compile(
    r"anpr/observations/year=2026/month=10/day=2[45]/hour=\d\d/"
    r"observations-1-2026-10-2[45]-\d\d-[03]0-00-[0-9a-f-]{36}\.gz"
)


def test_a_day_of_arrivals_is_always_the_same() -> None:
    objects = dict(make_objects())
    assert objects == dict(make_objects())
    assert len(objects) == 48
    assert all(KEY.fullmatch(key) for key in objects)


def test_the_stream_has_the_defects_of_real_ones() -> None:
    lines = [line for _, body in make_objects() for line in gzip.decompress(body).splitlines()]
    cut = [line for line in lines if not line.endswith(b"}")]
    readings = [json.loads(line) for line in lines if line not in cut]
    ids = [reading["id"] for reading in readings]
    times = [reading["t"] for reading in readings]
    assert cut
    assert len(ids) - len(set(ids)) > 50
    for wrong in (None, "", "yesterday", "1970-01-01T00:00:07Z", "2062-05-05T11:00:00Z"):
        assert wrong in times
    assert any(time and time.endswith("+01:00") for time in times)
    assert set(readings[0]) == {
        *("id", "t", "site_id", "vehicle_id", "plate", "confidence", "sent_at")
    }


def test_lags_follow_the_earthquakes() -> None:
    chance = random.Random(1)
    hours = sorted(draw_lag(chance).total_seconds() / 3600 for _ in range(20_001))
    assert hours[0] >= 0.027 and hours[-1] <= 160.828
    assert 3.5 < hours[10_000] < 4.6
