"""Compare what is declared with what is found, and bring the one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.resource import Difference, Refused, Resource, find_differences


@dataclass(frozen=True)
class Step:
    """What is to be done with one resource, or was."""

    verb: str
    resource: Resource
    differences: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        line = f"{self.verb:<9}{self.resource.kind:<11}{self.resource.name}"
        return "\n".join([line, *(f"    {difference}" for difference in self.differences)])


class StepFailed(Exception):
    """A step that AWS did not let us do."""

    def __init__(self, step: Step, error: ClientError | BotoCoreError) -> None:
        super().__init__(str(error))
        self.step, self.error = step, error


def plan(declared: Iterable[Resource]) -> Iterator[Step]:
    """Tell what `apply` would do; changes nothing."""
    for resource in declared:
        step = _compare(resource)
        if step is not None:
            yield step


def apply(declared: Iterable[Resource]) -> Iterator[Step]:
    """Make or mend every resource, telling each step after it was done.

    Raises StepFailed; what was done before stays, and another apply goes on from there.
    """
    for resource in declared:
        step = _compare(resource)
        if step is None:
            continue
        try:
            if step.verb == "make":
                resource.create()
            else:
                resource.update(frozenset(each.path[0] for each in step.differences))
        except (ClientError, BotoCoreError) as error:
            raise StepFailed(step, error) from error
        yield step


def plan_removal(declared: Iterable[Resource]) -> list[Step]:
    """Tell what `destroy` would do, dependants first."""
    found = [resource for resource in declared if _read(resource) is not None]
    return [
        Step("keep" if resource.is_shared else "delete", resource) for resource in reversed(found)
    ]


def find_data(steps: Iterable[Step]) -> list[str]:
    """Name the resources whose deletion would delete data."""
    deleted = (step.resource for step in steps if step.verb == "delete")
    return [
        f"{resource.kind} {resource.name} ({data})"
        for resource in deleted
        if (data := resource.count_data()) is not None
    ]


def destroy(steps: Iterable[Step], deletes_data: bool) -> Iterator[Step]:
    """Delete what `plan_removal` told; nothing at all where data would go and must not."""
    steps = list(steps)
    held = [] if deletes_data else find_data(steps)
    if held:
        raise Refused(
            f"Nothing was deleted, for data would be lost: {'; '.join(held)}. "
            "Say --delete-data if that is what you want."
        )
    for step in steps:
        if step.verb != "delete":
            continue
        try:
            step.resource.delete()
        except (ClientError, BotoCoreError) as error:
            raise StepFailed(step, error) from error
        yield step


def _compare(resource: Resource) -> Step | None:
    found = _read(resource)
    if found is None:
        return Step("make", resource)
    differences = tuple(find_differences(resource.declare(), found))
    return Step("change", resource, differences) if differences else None


def _read(resource: Resource) -> object:
    try:
        return resource.read()
    except (ClientError, BotoCoreError) as error:
        raise StepFailed(Step("read", resource), error) from error
