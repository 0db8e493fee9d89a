"""Every name of Amazon's awsglue is there, with its arguments and defaults.

surface.csv lists them as facts; the same table in the folder that LOCHAN_FACTS names, where there
is one, must say the same.
"""

import csv
import importlib
import inspect
import os
from pathlib import Path

import pytest

from awsglue.gluetypes import DataType, UnknownType

TABLE = Path(__file__).with_name("surface.csv")
ROWS = list(csv.DictReader(TABLE.read_text().splitlines()))
CALLABLES = [row for row in ROWS if row["kind"] in ("function", "method")]
CLASSES = [row for row in ROWS if row["kind"] == "class"]


def resolve(row):
    found = importlib.import_module(row["module"])
    for name in filter(None, row["callable"].split(".")):
        found = getattr(found, name)
    return found


def as_pairs(arguments):
    """Return the names and defaults of an argument list as Python would write it."""
    scope = {"UnknownType": UnknownType, "wanted": None}
    exec(f"def wanted({arguments}): pass", scope)
    return described(scope["wanted"])


def described(function):
    return [
        (argument.name, argument.kind, plain(argument.default))
        for argument in inspect.signature(function).parameters.values()
        if argument.name not in ("self", "cls")
    ]


def plain(default):
    return type(default) if isinstance(default, DataType) else default


@pytest.mark.parametrize("row", CALLABLES, ids=lambda row: f"{row['module']}.{row['callable']}")
def test_a_callable_has_amazons_arguments_and_defaults(row):
    assert described(resolve(row)) == as_pairs(row["arguments"])


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: f"{row['module']}.{row['callable']}")
def test_a_class_has_amazons_base(row):
    base = row["arguments"].split(".")[-1] or "object"
    assert base in [ancestor.__name__ for ancestor in resolve(row).__mro__]


def test_the_modules_are_there():
    assert all(importlib.import_module(row["module"]) for row in ROWS)


def test_the_committed_table_is_that_of_the_facts():
    folder = os.environ.get("LOCHAN_FACTS")
    if not folder:
        pytest.skip("LOCHAN_FACTS names no folder of facts to compare surface.csv with")
    assert (Path(folder) / "awsglue_surface.csv").read_text() == TABLE.read_text()


def test_what_is_not_implemented_is_refused_by_name():
    context = importlib.import_module("awsglue.context")
    with pytest.raises(NotImplementedError) as refusal:
        context.GlueContext.purge_table(None, "lake", "events")
    assert str(refusal.value) == "awsglue: GlueContext.purge_table is not implemented by Lochan."


def test_every_transform_describes_itself():
    transforms = importlib.import_module("awsglue.transforms")
    described = [transforms.describe_transform(t.name()) for t in transforms.get_transforms()]
    assert len(described) == 22
    first = described[0]["transform"]
    assert (first["name"], first["location"]) == ("ApplyMapping", "internal")
    assert first["args"][0] == {
        "name": "frame",
        "type": "DynamicFrame",
        "description": "The frame to transform.",
        "optional": False,
        "defaultValue": None,
    }
