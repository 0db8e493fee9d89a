"""What a person might bring to the lake: two folders of files, with what such files have wrong.

`lake/parking_sessions/` is CSV by day, as a city's parking system exports it every night: sessions
that go on over midnight come again, columns are named for people, one is a keyword of Redshift.
`lake/car_parks/` is nested JSON, one car park a line: structs, arrays, numbers that are sometimes
text, fields that are sometimes missing. All of it is made up.
"""

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

FIRST_DAY = datetime(2026, 11, 1)
DAYS = 3
SESSIONS_PER_DAY = 400
CAR_PARKS = 40
HEADER = ("Session ID", "Car Park", "Started at", "Updated at", "Hours", "Fare (£)", "User", "paid")
_STREETS = (
    "Broad Quay",
    "Milsom Street",
    "Walcot",
    "Süd-West",
    "Charlotte Row",
    "Avon",
    'The "Lido"',
)
# Of a hundred sessions so many have a fare that is none; every day brings this many back.
UNREADABLE, OPEN_AT_MIDNIGHT = 1, 25


def make_objects() -> Iterator[tuple[str, bytes]]:
    """Yield the objects of both folders, by key in the landing bucket."""
    chance = random.Random(20261101)
    yield from _make_sessions(chance)
    half = CAR_PARKS // 2
    for part, numbers in enumerate((range(half), range(half, CAR_PARKS))):
        lines = [json.dumps(_make_car_park(chance, number)) for number in numbers]
        yield f"lake/car_parks/part-{part}.json", "".join(f"{line}\n" for line in lines).encode()


def _make_sessions(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    still_open: list[list[str]] = []
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        rows = [_make_session(chance, day, number, place) for place in range(SESSIONS_PER_DAY)]
        closed = [_close(chance, row, day) for row in still_open]
        still_open = [list(row) for row in rows[-OPEN_AT_MIDNIGHT:]]
        body = io.StringIO()
        writer = csv.writer(body, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(closed + rows)
        yield f"lake/parking_sessions/day={day:%Y-%m-%d}/sessions.csv", body.getvalue().encode()


def _make_session(chance: random.Random, day: datetime, number: int, place: int) -> list[str]:
    started = day + timedelta(seconds=86400 * place // SESSIONS_PER_DAY)
    hours = chance.choice((1, 2, 2, 3, 4, 8))
    fare = "n/a" if chance.randrange(100) < UNREADABLE else f"{hours * 1.6:.2f}"
    return [
        str(10_000 * (number + 1) + place),
        f"{chance.choice(_STREETS)}, {chance.choice('ABC')}",
        f"{started:%Y-%m-%d %H:%M:%S}",
        f"{started:%Y-%m-%d %H:%M:%S}",
        str(hours),
        fare,
        "" if chance.random() < 0.2 else f"user{chance.randrange(200):03}",
        chance.choice(("true", "true", "false")),
    ]


def _close(chance: random.Random, row: list[str], day: datetime) -> list[str]:
    """Send a session again, with what the night added to it."""
    hours = int(row[4]) + chance.randrange(1, 9)
    updated = day + timedelta(hours=hours)
    return [
        *row[:3],
        f"{updated:%Y-%m-%d %H:%M:%S}",
        str(hours),
        f"{hours * 1.6:.2f}",
        row[6],
        "true",
    ]


def _make_car_park(chance: random.Random, number: int) -> dict[str, object]:
    spaces = chance.randrange(20, 900)
    park: dict[str, object] = {
        "id": number + 1,
        "Name": f"{chance.choice(_STREETS)} {number}",
        "place": {
            "lat": round(51.3 + chance.random() / 10, 5),
            "lon": round(-2.4 + chance.random() / 10, 5),
            "address": {"street": chance.choice(_STREETS), "number": chance.randrange(1, 99)},
        },
        "spaces": str(spaces) if number % 10 == 7 else spaces,
        "tariffs": [
            {"hours": hours, "price": round(hours * 1.6, 2)}
            for hours in (1, 2, 4)[: 1 + number % 3]
        ],
        "tags": ["covered"] if number % 4 == 0 else [],
    }
    if number % 5 == 0:
        park["operator"] = {"name": "City", "phone": None}
    return park
