from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infrastructure.planning import StepFailed, apply, destroy, find_data, plan, plan_removal
from infrastructure.resource import Refused


@dataclass
class Thing:
    """A resource in memory."""

    name: str
    declared: dict[str, Any] = field(default_factory=lambda: {"size": 1})
    found: dict[str, Any] | None = None
    is_shared: bool = False
    data: str | None = None
    refuses: bool = False
    kind: str = "thing"

    def declare(self) -> Any:
        return self.declared

    def read(self) -> Any:
        return self.found

    def create(self) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateThing")
        self.found = dict(self.declared)

    def update(self, attributes: frozenset[str]) -> None:
        assert self.found is not None
        self.found |= {name: self.declared[name] for name in attributes}

    def count_data(self) -> str | None:
        return self.data

    def delete(self) -> None:
        self.found = None


def lines(steps: Any) -> list[str]:
    return [line for step in steps for line in str(step).splitlines()]


def test_a_plan_tells_what_is_missing_and_what_differs_and_does_nothing() -> None:
    things = [Thing("a"), Thing("b", found={"size": 1}), Thing("c", found={"size": 2})]
    assert lines(plan(things)) == [
        "make     thing      a",
        "change   thing      c",
        "    size: 2 -> 1",
    ]
    assert things[0].found is None
    assert things[2].found == {"size": 2}


def test_apply_does_the_plan_and_finds_nothing_to_do_afterwards() -> None:
    things = [Thing("a"), Thing("c", found={"size": 2, "colour": "red"})]
    assert [step.verb for step in apply(things)] == ["make", "change"]
    assert things[1].found == {"size": 1, "colour": "red"}
    assert list(apply(things)) == []


def test_apply_that_fails_keeps_what_was_done_and_goes_on_from_there() -> None:
    things = [Thing("a"), Thing("b", refuses=True), Thing("c")]
    done = []
    with pytest.raises(StepFailed) as failed:
        done.extend(step.resource.name for step in apply(things))
    assert failed.value.step.resource.name == "b"
    assert things[0].found == {"size": 1}
    assert things[2].found is None
    things[1].refuses = False
    assert [step.resource.name for step in apply(things)] == ["b", "c"]


def test_destroy_goes_backwards_and_keeps_what_is_shared() -> None:
    things = [
        Thing("a", found={"size": 1}),
        Thing("b", found={"size": 1}, is_shared=True),
        Thing("c"),
        Thing("d", found={"size": 1}),
    ]
    steps = plan_removal(things)
    assert lines(steps) == [
        "delete   thing      d",
        "keep     thing      b",
        "delete   thing      a",
    ]
    assert [step.resource.name for step in destroy(steps, deletes_data=False)] == ["d", "a"]
    assert [thing.found for thing in things] == [None, {"size": 1}, None, None]


def test_destroy_deletes_nothing_where_data_would_go() -> None:
    things = [Thing("a", found={"size": 1}, data="objects"), Thing("b", found={"size": 1})]
    steps = plan_removal(things)
    with pytest.raises(Refused, match=r"Nothing was deleted.*thing a \(objects\).*--delete-data"):
        list(destroy(steps, deletes_data=False))
    assert all(thing.found for thing in things)
    list(destroy(steps, deletes_data=True))
    assert not any(thing.found for thing in things)


def test_data_of_what_is_shared_is_in_nobodys_way() -> None:
    shared = Thing("a", found={"size": 1}, is_shared=True, data="objects")
    assert find_data(plan_removal([shared])) == []
