"""Glue: databases, connections, classifiers, crawlers, jobs, triggers.

Each is a definition that one call makes and another replaces, so that they are one class here and
differ by the names of their calls.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.resource import Attributes


@dataclass(frozen=True)
class Kind:
    """How one kind of Glue's resources is called: `naming` names it, `holder` holds its update."""

    name: str
    naming: str
    member: str
    holder: str | None = None

    @property
    def noun(self) -> str:
        """Return the noun in the names of operations."""
        return self.name.replace(" ", "_")


CONNECTION = Kind("connection", "Name", "Connection", "ConnectionInput")
CRAWLER = Kind("crawler", "Name", "Crawler")
JOB = Kind("job", "JobName", "Job", "JobUpdate")


@dataclass(frozen=True)
class GlueResource:
    """A connection, crawler or job: its definition as the API takes it, without its name."""

    glue: Any
    name: str
    definition: Mapping[str, Any]
    calls: Kind
    is_shared: bool = False

    @property
    def kind(self) -> str:
        """Name what it is."""
        return self.calls.name

    def declare(self) -> Attributes:
        """Return the definition."""
        return self.definition

    def read(self) -> Attributes | None:
        """Return the definition as found."""
        try:
            answer = self._call("get", **{self.calls.naming: self.name})
        except self.glue.exceptions.EntityNotFoundException:
            return None
        found = _with_full_role(answer[self.calls.member], self.definition)
        return _with_same_configuration(found, self.definition)

    def create(self) -> None:
        """Make it."""
        if self.calls.holder == "ConnectionInput":
            self._call("create", ConnectionInput={"Name": self.name, **self.definition})
        else:
            self._call("create", Name=self.name, **self.definition)

    def update(self, _: frozenset[str]) -> None:
        """Replace the definition."""
        naming, holder = {self.calls.naming: self.name}, self.calls.holder
        if holder == "ConnectionInput":
            replacement: dict[str, Any] = {holder: {"Name": self.name, **self.definition}}
        elif holder is not None:
            replacement = {holder: dict(self.definition)}
        else:
            replacement = dict(self.definition)
        self._call("update", **naming, **replacement)

    def count_data(self) -> str | None:
        """Say nothing: it is a definition."""
        return None

    def delete(self) -> None:
        """Delete it."""
        naming = "ConnectionName" if self.calls is CONNECTION else self.calls.naming
        self._call("delete", **{naming: self.name})

    def _call(self, verb: str, **members: Any) -> Any:
        return getattr(self.glue, f"{verb}_{self.calls.noun}")(**members)


@dataclass(frozen=True)
class Classifier:
    """A classifier of CSV files, which crawlers name."""

    glue: Any
    name: str
    definition: Mapping[str, Any]
    kind: str = "classifier"
    is_shared: bool = False

    def declare(self) -> Attributes:
        """Return the definition."""
        return self.definition

    def read(self) -> Attributes | None:
        """Return the definition as found; nothing of one that is no CSV classifier."""
        try:
            found = self.glue.get_classifier(Name=self.name)["Classifier"]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return dict(found.get("CsvClassifier", {}))

    def create(self) -> None:
        """Make it."""
        self.glue.create_classifier(CsvClassifier={"Name": self.name, **self.definition})

    def update(self, _: frozenset[str]) -> None:
        """Replace the definition."""
        self.glue.update_classifier(CsvClassifier={"Name": self.name, **self.definition})

    def count_data(self) -> str | None:
        """Say nothing: it is a definition."""
        return None

    def delete(self) -> None:
        """Delete it."""
        self.glue.delete_classifier(Name=self.name)


@dataclass(frozen=True)
class Database:
    """A database of the Data Catalog; its tables are its data."""

    glue: Any
    name: str
    description: str
    is_shared: bool
    kind: str = "database"

    def declare(self) -> Attributes:
        """Return the description."""
        return {"Description": self.description}

    def read(self) -> Attributes | None:
        """Return the description as found."""
        try:
            found = self.glue.get_database(Name=self.name)["Database"]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return {"Description": found.get("Description")}

    def create(self) -> None:
        """Make it."""
        self.glue.create_database(DatabaseInput=self._input())

    def update(self, _: frozenset[str]) -> None:
        """Set the description."""
        self.glue.update_database(Name=self.name, DatabaseInput=self._input())

    def count_data(self) -> str | None:
        """Say that tables are in it."""
        found = self.glue.get_tables(DatabaseName=self.name, MaxResults=1)["TableList"]
        return "tables" if found else None

    def delete(self) -> None:
        """Delete it with its tables; what lies in S3 stays there."""
        self.glue.delete_database(Name=self.name)

    def _input(self) -> dict[str, str]:
        return {"Name": self.name, "Description": self.description}


@dataclass(frozen=True)
class Trigger:
    """A trigger; a conditional one is active as soon as it is there.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html
    """

    glue: Any
    name: str
    type: str
    definition: Mapping[str, Any]
    kind: str = "trigger"
    is_shared: bool = False

    @property
    def _is_conditional(self) -> bool:
        return self.type == "CONDITIONAL"

    def declare(self) -> Attributes:
        """Return the definition, and that it waits."""
        return {**self.definition, "active": self._is_conditional}

    def read(self) -> Attributes | None:
        """Return the same as found."""
        try:
            found = self.glue.get_trigger(Name=self.name)["Trigger"]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        # A trigger on demand is CREATED for ever; only DEACTIVATED ones have been put to sleep.
        return {**found, "active": self._is_conditional and found["State"] != "DEACTIVATED"}

    def create(self) -> None:
        """Make it."""
        activation = {"StartOnCreation": True} if self._is_conditional else {}
        self.glue.create_trigger(Name=self.name, Type=self.type, **self.definition, **activation)

    def update(self, attributes: frozenset[str]) -> None:
        """Replace the definition, and wake it."""
        if attributes - {"active"}:
            self.glue.update_trigger(Name=self.name, TriggerUpdate=dict(self.definition))
        if "active" in attributes:
            self.glue.start_trigger(Name=self.name)

    def count_data(self) -> str | None:
        """Say nothing: it is a definition."""
        return None

    def delete(self) -> None:
        """Delete it."""
        self.glue.delete_trigger(Name=self.name)


def _with_full_role(found: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """GetCrawler answers the role's name where its ARN was given."""
    given, wanted = found.get("Role"), declared.get("Role", "")
    same = given is not None and given == str(wanted).rpartition("/")[2]
    return {**found, **({"Role": wanted} if same else {})}


def _with_same_configuration(found: Attributes, declared: Attributes) -> Attributes:
    """Write a crawler's configuration as declared where it means the same: Terraform spaces it."""
    given, wanted = found.get("Configuration"), declared.get("Configuration")
    if given and wanted and json.loads(given) == json.loads(wanted):
        return {**found, "Configuration": wanted}
    return found
