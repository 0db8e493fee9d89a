import pytest

from lochan.stack import init
from lochan.stack.errors import StackError
from lochan.stack.init import Step, list_steps, prepare_everything


def fail():
    raise StackError("the disk is full")


@pytest.fixture
def prepare(settings, monkeypatch):
    """Give a function that prepares these steps and returns what was reported."""

    def run(*steps):
        reported = []
        monkeypatch.setattr(init, "list_steps", lambda *_: list(steps))
        prepare_everything(settings, lambda progress: reported.append(progress))
        return [(progress.name, progress.state) for progress in reported]

    return run


def test_what_is_there_is_not_made_again(prepare):
    assert prepare(Step("jars", lambda: True, fail)) == []


def test_what_is_missing_is_made(prepare):
    made = []
    step = Step("jars", lambda: False, lambda: made.append("jars"))
    assert prepare(step) == [("jars", "preparing"), ("jars", "done")]
    assert made == ["jars"]


def test_a_step_that_fails_fails_init(prepare):
    with pytest.raises(StackError, match="the disk is full"):
        prepare(Step("jars", lambda: False, fail))


def test_a_step_that_up_can_do_without_only_says_so(prepare):
    (_, told) = prepare(Step("classes", lambda: False, fail, is_needed=False))
    assert told == ("classes", "not made, and `up` is slower without: the disk is full")


def test_a_part_can_be_prepared_where_the_rest_is_not_installed(settings):
    steps = list_steps(settings, ["PostgreSQL cluster", "Java classes"])
    assert [(step.name, step.is_needed) for step in steps] == [
        ("PostgreSQL cluster", True),
        ("Java classes", False),
    ]


def test_an_unknown_step_is_refused_with_the_known_ones(settings):
    with pytest.raises(StackError, match="no step named jars: choose from PostgreSQL cluster"):
        list_steps(settings, ["jars"])
