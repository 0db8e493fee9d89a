import threading

import pytest

from lochan.glue.worker.runs import (
    CRAWL_TRANSITIONS,
    RUN_TRANSITIONS,
    EventLog,
    IllegalTransition,
    StateMachine,
)


def make_machine(*states, transitions=RUN_TRANSITIONS):
    events = EventLog()
    machine = StateMachine("run", "jr_1", transitions, events)
    for state in states:
        machine.move(state)
    return machine, events


def test_changes_are_numbered_events():
    _, events = make_machine("STARTING", "RUNNING", "SUCCEEDED")
    read = events.read(0, 0)
    assert [(event["seq"], event["state"]) for event in read] == [
        (1, "STARTING"),
        (2, "RUNNING"),
        (3, "SUCCEEDED"),
    ]
    assert [event["completed_on"] is None for event in read] == [True, True, False]
    assert len({event["started_on"] for event in read}) == 1


@pytest.mark.parametrize(
    ("states", "illegal"),
    [
        ((), "RUNNING"),
        (("STARTING",), "SUCCEEDED"),
        (("STARTING", "RUNNING", "SUCCEEDED"), "FAILED"),
        (("STARTING", "RUNNING", "STOPPING"), "SUCCEEDED"),
        (("STARTING", "STOPPING", "STOPPED"), "RUNNING"),
    ],
)
def test_illegal_change_is_refused(states, illegal):
    machine, events = make_machine(*states)
    assert not machine.move_if_possible(illegal)
    with pytest.raises(IllegalTransition, match=f"cannot become {illegal}"):
        machine.move(illegal)
    assert len(events.read(0, 0)) == len(states)


def test_details_come_with_the_event():
    machine, events = make_machine("STARTING")
    machine.move("FAILED", error_message="no")
    assert events.read(1, 0)[0]["error_message"] == "no"


def test_crawl_has_states_of_its_own():
    machine, _ = make_machine("RUNNING", "STOPPING", transitions=CRAWL_TRANSITIONS)
    assert not machine.move_if_possible("COMPLETED")
    assert machine.move_if_possible("STOPPED")


def test_reader_waits_for_the_next_event():
    events = EventLog()
    events.append({"kind": "run"})
    threading.Timer(0.05, lambda: events.append({"kind": "crawl"})).start()
    assert [event["kind"] for event in events.read(1, 10)] == ["crawl"]


def test_close_frees_waiting_readers():
    events = EventLog()
    threading.Timer(0.05, events.close).start()
    assert events.read(0, 600) == []
