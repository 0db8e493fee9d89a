"""Triggers: what starts jobs and crawlers on demand, by the clock, or after one another.

A state such as ACTIVATING, which AWS passes through, is never seen here: changes are immediate.
https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lochan.glue.api import firing, tags
from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Shape, Trigger
from lochan.glue.api.state import GlueState
from lochan.glue.api.trigger_definitions import check_definition

_DEFINITION = ("Description", "Schedule", "Actions", "Predicate")


def find(state: GlueState, name: str) -> Trigger:
    """Return a trigger, or raise EntityNotFoundException."""
    trigger = state.triggers.get(name)
    if trigger is None:
        raise EntityNotFoundException(f"Trigger {name} not found.")
    return trigger


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateTrigger; StartOnCreation activates it at once."""
    name, type_ = request["Name"], request["Type"]
    if name in state.triggers:
        raise AlreadyExistsException(f"Trigger {name} already exists.")
    definition = _read_definition(request)
    check_definition(state, type_, definition)
    starts = request.get("StartOnCreation", False)
    if starts and type_ == "ON_DEMAND":
        raise InvalidInputException(
            f"StartOnCreation is not supported for triggers of the type ON_DEMAND, as {name} is:"
            " start it with StartTrigger."
        )
    tags.put(state, state.arn("trigger", name), request.get("Tags", {}))
    trigger = Trigger(name, type_, "CREATED", definition)
    state.triggers[name] = _activate(state, trigger) if starts else trigger
    return {"Name": name}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetTrigger."""
    return {"Trigger": _describe(find(state, request["Name"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetTriggers."""
    page, token = cut_page(_select(state, request), lambda trigger: (trigger.name,), request)
    return {"Triggers": [_describe(trigger) for trigger in page], **token}


def list_names(state: GlueState, request: Shape) -> Shape:
    """Answer ListTriggers."""
    wanted = request.get("Tags", {})
    names = (
        trigger.name
        for trigger in _select(state, request)
        if tags.has(state, state.arn("trigger", trigger.name), wanted)
    )
    page, token = cut_page(names, lambda name: (name,), request)
    return {"TriggerNames": page, **token}


def get_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchGetTriggers."""
    names = request["TriggerNames"]
    return {
        "Triggers": [_describe(state.triggers[name]) for name in names if name in state.triggers],
        "TriggersNotFound": [name for name in names if name not in state.triggers],
    }


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateTrigger: the new definition replaces the old one whole."""
    trigger = find(state, request["Name"])
    definition = _read_definition(request["TriggerUpdate"])
    check_definition(state, trigger.type, definition)
    changed = replace(trigger, definition=definition)
    state.triggers[trigger.name] = (
        _activate(state, changed) if trigger.state == "ACTIVATED" else changed
    )
    return {"Trigger": _describe(state.triggers[trigger.name])}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteTrigger; as documented, a trigger that is not there is no error."""
    name = request["Name"]
    if state.triggers.pop(name, None) is not None:
        state.spent.pop(name, None)
        tags.drop(state, state.arn("trigger", name))
    return {"Name": name}


def start(state: GlueState, request: Shape) -> Shape:
    """Answer StartTrigger: one on demand fires, any other is activated."""
    trigger = find(state, request["Name"])
    if trigger.type == "ON_DEMAND":
        firing.fire_on_demand(state, trigger)
    elif trigger.state != "ACTIVATED":
        state.triggers[trigger.name] = _activate(state, trigger)
    return {"Name": trigger.name}


def stop(state: GlueState, request: Shape) -> Shape:
    """Answer StopTrigger: what it started goes on."""
    trigger = find(state, request["Name"])
    if trigger.type == "ON_DEMAND":
        raise InvalidInputException(
            f"Trigger {trigger.name} is of the type ON_DEMAND and never active: there is nothing"
            " to stop."
        )
    state.triggers[trigger.name] = replace(trigger, state="DEACTIVATED", activated=None)
    return {"Name": trigger.name}


def _read_definition(given: Shape) -> dict[str, Any]:
    return {member: given[member] for member in _DEFINITION if member in given}


def _activate(state: GlueState, trigger: Trigger) -> Trigger:
    return replace(trigger, state="ACTIVATED", activated=state.now())


def _select(state: GlueState, request: Shape) -> Iterable[Trigger]:
    """Return the triggers that start a job; as documented, all where none does."""
    job = request.get("DependentJobName")
    starting = [
        trigger
        for trigger in state.triggers.values()
        if any(action.get("JobName") == job for action in trigger.definition["Actions"])
    ]
    return starting if job is not None and starting else state.triggers.values()


def _describe(trigger: Trigger) -> dict[str, Any]:
    return {
        **trigger.definition,
        "Name": trigger.name,
        "Type": trigger.type,
        "State": trigger.state,
    }
