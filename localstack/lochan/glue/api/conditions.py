"""When the condition of a trigger is met: a decision over what has ended, without any state.

https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lochan.glue.api.records import Shape


@dataclass(frozen=True)
class Ended:
    """A run or crawl of one chain that is over; `kind` is the member that names it in conditions.

    `state` is spelled as conditions do: a completed crawl SUCCEEDED.
    """

    kind: str
    name: str
    state: str
    id: str


def find_cause(predicate: Shape, news: Ended, known: Sequence[Ended]) -> tuple[Ended, ...]:
    """Return what makes a trigger fire now that `news` ended; nothing when it does not fire.

    `known` is what ended in the same chain, `news` too, and made the trigger fire not yet. ANY
    needs the news alone to meet a condition; AND needs something for every condition.
    """
    conditions = predicate["Conditions"]
    if not any(_meets(news, condition) for condition in conditions):
        return ()
    if predicate.get("Logical", "AND") == "ANY":
        return (news,)
    causes = [_find_newest(condition, news, known) for condition in conditions]
    met = [cause for cause in causes if cause is not None]
    return tuple(dict.fromkeys(met)) if len(met) == len(causes) else ()


def _find_newest(condition: Shape, news: Ended, known: Sequence[Ended]) -> Ended | None:
    if _meets(news, condition):
        return news
    return next((ended for ended in reversed(known) if _meets(ended, condition)), None)


def _meets(ended: Ended, condition: Shape) -> bool:
    wanted = condition.get("State" if ended.kind == "JobName" else "CrawlState")
    return condition.get(ended.kind) == ended.name and wanted == ended.state
