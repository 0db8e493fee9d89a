"""Number-plate readings as Firehose lands them: by arrival, hours to days after the camera's.

Sites, vehicles and observations have the shape of a council's survey (an observation has an id, a
time in UTC, a site and a vehicle); plates, vehicles and sites are made up. How late a reading
arrives follows the lags between `time` and `updated` of a week of the USGS's earthquakes. Among
the readings are what such streams bring: redeliveries, corrections, offsets, clocks that are off,
lines that are cut.
"""

import gzip
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

STREAM = "anpr/observations"
# The night on which British clocks go back: local times are no order, UTC is.
FIRST_ARRIVAL = datetime(2026, 10, 24, 18, tzinfo=UTC)
ARRIVAL_HOURS = 24
READINGS_PER_HOUR = 500
OBJECTS_PER_HOUR = 2
SITES = 40
VEHICLES = 3000
# Hours of lag at every twentieth of the earthquakes, least to most.
LAG_HOURS = (
    *(0.027, 0.077, 0.122, 0.223, 0.308, 0.525, 0.834, 1.206, 1.873, 2.682, 4.046),
    *(6.112, 8.217, 11.057, 13.697, 16.791, 22.275, 33.389, 45.581, 53.329, 160.828),
)
# Of a thousand readings so many are this.
REDELIVERED, CORRECTED, OFFSET, WRONG = 10, 5, 100, 4
WRONG_TIMES = (None, "", "yesterday", "1970-01-01T00:00:07Z", "2062-05-05T11:00:00Z", "25/10/2026")
_LETTERS = "ABCDEFGHJKLMNOPRSTUVWXYZ"


@dataclass(frozen=True)
class Vehicle:
    """A vehicle that the cameras know again."""

    vehicle_id: str
    plate: str


def make_objects() -> Iterator[tuple[str, bytes]]:
    """Yield the objects of a day of arrivals, by key in the landing bucket."""
    chance = random.Random(20261025)
    vehicles = [make_vehicle(chance) for _ in range(VEHICLES)]
    earlier: list[str] = []
    for hour in range(ARRIVAL_HOURS):
        start = FIRST_ARRIVAL + timedelta(hours=hour)
        for part in range(OBJECTS_PER_HOUR):
            arrival = start + timedelta(hours=part / OBJECTS_PER_HOUR)
            lines = list(_make_lines(chance, vehicles, arrival, earlier))
            body = gzip.compress("".join(lines).encode(), compresslevel=1, mtime=0)
            yield object_key(STREAM, arrival, chance), body


def make_vehicle(chance: random.Random) -> Vehicle:
    """Make up a vehicle with a plate such as AB12 CDE."""
    letters = chance.choices(_LETTERS, k=5)
    plate = f"{''.join(letters[:2])}{chance.randrange(2, 76):02} {''.join(letters[2:])}"
    return Vehicle(make_id(chance), plate)


def make_id(chance: random.Random) -> str:
    """Make up an id."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def draw_lag(chance: random.Random) -> timedelta:
    """Draw how long a reading is under way."""
    place = chance.random() * (len(LAG_HOURS) - 1)
    before = int(place)
    low, high = LAG_HOURS[before], LAG_HOURS[before + 1]
    return timedelta(hours=low + (high - low) * (place - before))


def object_key(stream: str, arrival: datetime, chance: random.Random) -> str:
    """Name an object as Firehose does: by the time at which its buffer was opened.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    """
    name = stream.rpartition("/")[2]
    folder = f"{arrival:year=%Y/month=%m/day=%d/hour=%H}"
    return f"{stream}/{folder}/{name}-1-{arrival:%Y-%m-%d-%H-%M-%S}-{make_id(chance)}.gz"


def _make_lines(
    chance: random.Random, vehicles: list[Vehicle], arrival: datetime, earlier: list[str]
) -> Iterator[str]:
    for _ in range(READINGS_PER_HOUR // OBJECTS_PER_HOUR):
        draw = chance.randrange(1000)
        if draw < REDELIVERED and earlier:
            yield chance.choice(earlier)
        elif draw < REDELIVERED + CORRECTED and earlier:
            yield _correct(chance, chance.choice(earlier), arrival)
        else:
            line = _make_reading(chance, vehicles, arrival, draw)
            earlier.append(line)
            yield line
    if chance.random() < 0.1:
        yield '{"id": "' + make_id(chance) + '", "t": "2026-10-\n'


def _make_reading(
    chance: random.Random, vehicles: list[Vehicle], arrival: datetime, draw: int
) -> str:
    seen = arrival + timedelta(seconds=chance.randrange(900)) - draw_lag(chance)
    vehicle = chance.choice(vehicles)
    reading = {
        "id": make_id(chance),
        "t": _write_time(seen, draw >= 1000 - OFFSET),
        "site_id": chance.randrange(1, SITES + 1),
        "vehicle_id": vehicle.vehicle_id,
        "plate": vehicle.plate,
        "confidence": round(1 - chance.random() ** 3 / 2, 3),
        "sent_at": f"{seen + timedelta(seconds=2):%Y-%m-%dT%H:%M:%SZ}",
    }
    if chance.randrange(1000) < WRONG:
        reading["t"] = chance.choice(WRONG_TIMES)
    return json.dumps(reading) + "\n"


def _write_time(moment: datetime, with_offset: bool) -> str:
    if not with_offset:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    return moment.astimezone(timezone(timedelta(hours=1))).isoformat(timespec="seconds")


def _correct(chance: random.Random, line: str, arrival: datetime) -> str:
    """Send a reading again with the plate as a second look read it."""
    reading = json.loads(line)
    reading["plate"] = make_vehicle(chance).plate
    reading["sent_at"] = f"{arrival:%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps(reading) + "\n"
