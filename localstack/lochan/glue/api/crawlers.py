"""Crawler definitions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
"""

import json
from dataclasses import replace
from typing import Any

from lochan.glue.api import crawls, security_configurations, tags
from lochan.glue.api.cron import parse_cron
from lochan.glue.api.errors import (
    AlreadyExistsException,
    CrawlerRunningException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Crawler, Origin, Shape
from lochan.glue.api.state import GlueState

_DEFAULTS = {
    "Classifiers": [],
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "SchemaChangePolicy": {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    },
    "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
    "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
}

_NEW_FOLDERS_ONLY = "CRAWL_NEW_FOLDERS_ONLY"
_LOG_ONLY = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
# Members of a request that are kept elsewhere.
_NO_DEFINITION = ("Name", "Tags", "Schedule")


def find(state: GlueState, name: str) -> Crawler:
    """Return a crawler, or raise EntityNotFoundException."""
    crawler = state.crawlers.get(name)
    if crawler is None:
        raise EntityNotFoundException(f"Crawler {name} not found.")
    return crawler


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateCrawler."""
    name = request["Name"]
    if name in state.crawlers:
        raise AlreadyExistsException(f"Crawler {name} already exists.")
    given = {name: value for name, value in request.items() if name not in _NO_DEFINITION}
    definition = _complete(given)
    security_configurations.check_of_crawler(state, definition)
    tags.put(state, state.arn("crawler", name), request.get("Tags", {}))
    now = state.now()
    crawler = Crawler(name, definition, now, now, version=1)
    state.crawlers[name] = set_schedule(state, crawler, request.get("Schedule"))
    return {}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetCrawler."""
    return {"Crawler": describe(state, find(state, request["Name"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetCrawlers."""
    page, token = cut_page(state.crawlers.values(), lambda crawler: (crawler.name,), request)
    return {"Crawlers": [describe(state, crawler) for crawler in page], **token}


def list_names(state: GlueState, request: Shape) -> Shape:
    """Answer ListCrawlers."""
    wanted = request.get("Tags", {})
    names = (name for name in state.crawlers if tags.has(state, state.arn("crawler", name), wanted))
    page, token = cut_page(names, lambda name: (name,), request)
    return {"CrawlerNames": page, **token}


def get_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchGetCrawlers."""
    names = request["CrawlerNames"]
    known = [state.crawlers[name] for name in names if name in state.crawlers]
    return {
        "Crawlers": [describe(state, crawler) for crawler in known],
        "CrawlersNotFound": [name for name in names if name not in state.crawlers],
    }


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateCrawler: what the request leaves out stays as it is."""
    crawler = find(state, request["Name"])
    _check_idle(state, crawler)
    changes = {name: value for name, value in request.items() if name not in _NO_DEFINITION}
    _check_targets_stay(crawler, changes)
    security_configurations.check_of_crawler(state, changes)
    changed = replace(
        crawler,
        definition=_complete({**crawler.definition, **changes}),
        updated=state.now(),
        version=crawler.version + 1,
    )
    if "Schedule" in request:
        changed = set_schedule(state, changed, request["Schedule"])
    state.crawlers[crawler.name] = changed
    return {}


def set_schedule(state: GlueState, crawler: Crawler, expression: str | None) -> Crawler:
    """Return a crawler with another schedule: one that is stopped stays so, "" takes it away."""
    definition = {name: value for name, value in crawler.definition.items() if name != "Schedule"}
    if not expression:
        return replace(crawler, definition=definition, scheduled=None)
    parse_cron(expression)
    is_stopped = "Schedule" in crawler.definition and crawler.scheduled is None
    return replace(
        crawler,
        definition={**definition, "Schedule": expression},
        scheduled=None if is_stopped else state.now(),
    )


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteCrawler: its history goes with it."""
    crawler = find(state, request["Name"])
    _check_idle(state, crawler)
    for crawl in crawls.history(state, crawler.name):
        del state.crawls[crawl.id]
    del state.crawlers[crawler.name]
    tags.drop(state, state.arn("crawler", crawler.name))
    return {}


def start(state: GlueState, request: Shape) -> Shape:
    """Answer StartCrawler."""
    start_crawl(state, request["Name"], None)
    return {}


def start_crawl(state: GlueState, name: str, origin: Origin | None) -> None:
    """Start a crawler for a person, for a trigger or for its schedule."""
    crawler = find(state, name)
    _check_idle(state, crawler)
    configuration = crawler.definition.get("CrawlerSecurityConfiguration")
    encryption = security_configurations.read_encryption(state, configuration)
    log_group = security_configurations.name_crawler_logs(
        crawls.LOG_GROUP, crawler.definition["Role"], configuration, encryption
    )
    crawl = crawls.begin(state, crawler.name, origin, log_group)
    description = {
        "crawler": describe(state, crawler),
        "log_group": log_group,
        "log_key": security_configurations.read_log_key(encryption),
    }
    state.worker.start_crawl(crawl.id, description)


def stop(state: GlueState, request: Shape) -> Shape:
    """Answer StopCrawler."""
    crawls.stop(state, find(state, request["Name"]).name)
    return {}


def get_metrics(state: GlueState, request: Shape) -> Shape:
    """Answer GetCrawlerMetrics, of all crawlers or those named; unknown names are left out."""
    wanted = request.get("CrawlerNameList", state.crawlers)
    known = (name for name in state.crawlers if name in wanted)
    page, token = cut_page(known, lambda name: (name,), request)
    return {"CrawlerMetricsList": [crawls.measure(state, name) for name in page], **token}


def describe(state: GlueState, crawler: Crawler) -> dict[str, Any]:
    """Return a crawler in the shape Crawler."""
    return {
        **crawler.definition,
        **_describe_schedule(crawler),
        "Name": crawler.name,
        "CreationTime": crawler.created,
        "LastUpdated": crawler.updated,
        "Version": crawler.version,
        **crawls.describe_activity(state, crawler.name),
    }


def _describe_schedule(crawler: Crawler) -> dict[str, Any]:
    if "Schedule" not in crawler.definition:
        return {}
    state = "NOT_SCHEDULED" if crawler.scheduled is None else "SCHEDULED"
    expression = crawler.definition["Schedule"]
    return {"Schedule": {"ScheduleExpression": expression, "State": state}}


def _complete(given: dict[str, Any]) -> dict[str, Any]:
    definition = {**_DEFAULTS, **given}
    if _is_incremental(definition) and "SchemaChangePolicy" not in given:
        definition["SchemaChangePolicy"] = _LOG_ONLY
    for policy in ("RecrawlPolicy", "SchemaChangePolicy"):
        definition[policy] = {**_DEFAULTS[policy], **definition[policy]}  # type: ignore[dict-item]
    definition.setdefault("Targets", {})
    if not any(definition["Targets"].values()):
        raise InvalidInputException("Targets must have at least one target to crawl.")
    _check_configuration(definition.get("Configuration", ""))
    if _is_incremental(definition) and definition["SchemaChangePolicy"] != _LOG_ONLY:
        raise InvalidInputException(
            "The SchemaChangePolicy of a crawler that crawls new folders only can have the"
            " UpdateBehavior LOG and the DeleteBehavior LOG alone."
        )
    return definition


def _is_incremental(definition: Shape) -> bool:
    behavior = definition.get("RecrawlPolicy", {}).get("RecrawlBehavior")
    return bool(behavior == _NEW_FOLDERS_ONLY)


def _check_targets_stay(crawler: Crawler, changes: Shape) -> None:
    """Refuse other targets for a crawler that is and stays incremental."""
    targets = crawler.definition["Targets"]
    stays = _is_incremental({**crawler.definition, **changes})
    if _is_incremental(crawler.definition) and stays and changes.get("Targets", targets) != targets:
        raise InvalidInputException(
            f"The targets of crawler {crawler.name} cannot change while it crawls new folders only:"
            " create another crawler, or set RecrawlBehavior to CRAWL_EVERYTHING first."
        )


def _check_configuration(configuration: str) -> None:
    if not configuration:
        return
    try:
        parsed = json.loads(configuration)
    except ValueError as error:
        raise InvalidInputException(f"Configuration is not JSON: {error}.") from error
    if not isinstance(parsed, dict) or "Version" not in parsed:
        raise InvalidInputException(
            'Configuration must be a JSON object with a Version, as {"Version": 1.0, ...}.'
        )


def _check_idle(state: GlueState, crawler: Crawler) -> None:
    if crawls.find_active(state, crawler.name) is not None:
        raise CrawlerRunningException(
            f"Crawler with name {crawler.name} has already started and cannot be started, changed"
            " or deleted until it is READY."
        )
