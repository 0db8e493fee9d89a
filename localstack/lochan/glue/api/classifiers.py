"""Custom classifiers: how crawlers recognise what the built-in classifiers do not.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-classifiers.html
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Classifier, Shape
from lochan.glue.api.state import GlueState

_CSV_TYPES = (
    "BINARY",
    "BOOLEAN",
    "DATE",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "INT",
    "LONG",
    "SHORT",
    "STRING",
    "TIMESTAMP",
)


def find(state: GlueState, name: str) -> Classifier:
    """Return a classifier, or raise EntityNotFoundException."""
    classifier = state.classifiers.get(name)
    if classifier is None:
        raise EntityNotFoundException(f"Classifier {name} not found.")
    return classifier


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateClassifier: names are unique among all kinds."""
    kind, definition = _read_definition(request)
    name = definition["Name"]
    if name in state.classifiers:
        raise AlreadyExistsException(f"Classifier {name} already exists.")
    _CHECKS[kind](definition)
    now = state.now()
    state.classifiers[name] = Classifier(name, kind, definition, now, now, version=1)
    return {}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetClassifier."""
    return {"Classifier": _describe(find(state, request["Name"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetClassifiers."""
    page, token = cut_page(state.classifiers.values(), lambda known: (known.name,), request)
    return {"Classifiers": [_describe(classifier) for classifier in page], **token}


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateClassifier: what the request leaves out stays as it is."""
    kind, changes = _read_definition(request)
    classifier = find(state, changes["Name"])
    if kind != classifier.kind:
        raise InvalidInputException(
            f"Classifier {classifier.name} is a {classifier.kind} and cannot become a {kind}:"
            " delete it and create it anew."
        )
    definition = {**classifier.definition, **changes}
    _CHECKS[kind](definition)
    state.classifiers[classifier.name] = replace(
        classifier,
        definition=definition,
        updated=state.now(),
        version=classifier.version + 1,
    )
    return {}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteClassifier; a crawler that still names it fails when it is started."""
    del state.classifiers[find(state, request["Name"]).name]
    return {}


def _read_definition(request: Shape) -> tuple[str, Shape]:
    kinds = [kind for kind in _CHECKS if kind in request]
    if len(kinds) != 1:
        given = " and ".join(kinds) or "none"
        raise InvalidInputException(
            f"A classifier is exactly one of {', '.join(_CHECKS)}: {given} was given."
        )
    return kinds[0], request[kinds[0]]


def _check_csv(definition: Shape) -> None:
    delimiter, quote = definition.get("Delimiter"), definition.get("QuoteSymbol")
    if delimiter is not None and delimiter == quote:
        raise InvalidInputException(
            f"QuoteSymbol must be different from Delimiter, and both are {delimiter!r}."
        )
    types = definition.get("CustomDatatypes", [])
    unknown = next((name for name in types if name.upper() not in _CSV_TYPES), None)
    if unknown is not None:
        raise InvalidInputException(
            f"CustomDatatypes has {unknown!r}, which is not one of {', '.join(_CSV_TYPES)}."
        )
    header = definition.get("Header", [])
    if header and types and len(header) != len(types):
        raise InvalidInputException(
            f"CustomDatatypes names {len(types)} types for the {len(header)} columns of Header."
        )


def _check_json(definition: Shape) -> None:
    path = definition.get("JsonPath", "")
    if not path.startswith("$"):
        raise InvalidInputException(
            f"JsonPath must begin with $, the whole document, and {path!r} does not."
        )


def _check_nothing(_: Shape) -> None:
    """Accept what the shape accepts: the crawler that names the classifier reads the rest."""


_CHECKS: Mapping[str, Callable[[Shape], None]] = {
    "GrokClassifier": _check_nothing,
    "XMLClassifier": _check_nothing,
    "JsonClassifier": _check_json,
    "CsvClassifier": _check_csv,
}


def _describe(classifier: Classifier) -> dict[str, Any]:
    described = {
        **classifier.definition,
        "CreationTime": classifier.created,
        "LastUpdated": classifier.updated,
        "Version": classifier.version,
    }
    return {classifier.kind: described}
