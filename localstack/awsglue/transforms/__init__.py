"""The transforms of Glue scripts, and ways to find one by name.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import Any

from awsglue.transforms.apply_mapping import ApplyMapping
from awsglue.transforms.coalesce import Coalesce
from awsglue.transforms.collection_transforms import FlatMap, MapToCollection, SelectFromCollection
from awsglue.transforms.drop_nulls import DropNullFields
from awsglue.transforms.dynamicframe_filter import Filter
from awsglue.transforms.dynamicframe_map import Map
from awsglue.transforms.errors_as_dynamicframe import ErrorsAsDynamicFrame
from awsglue.transforms.field_transforms import (
    DropFields,
    Join,
    RenameField,
    SelectFields,
    Spigot,
    SplitFields,
    SplitRows,
)
from awsglue.transforms.relationalize import Relationalize
from awsglue.transforms.repartition import Repartition
from awsglue.transforms.resolve_choice import ResolveChoice
from awsglue.transforms.transform import GlueTransform
from awsglue.transforms.unbox import Unbox
from awsglue.transforms.union import Union
from awsglue.transforms.unnest_frame import UnnestFrame

__all__ = [
    "ApplyMapping",
    "Coalesce",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "Filter",
    "FlatMap",
    "Join",
    "Map",
    "MapToCollection",
    "Relationalize",
    "RenameField",
    "Repartition",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "Spigot",
    "SplitFields",
    "SplitRows",
    "Unbox",
    "Union",
    "UnnestFrame",
    "describe_transform",
    "get_transform",
    "get_transforms",
]

_TRANSFORMS: dict[str, type[GlueTransform]] = {
    transform.name(): transform
    for transform in (
        ApplyMapping,
        Coalesce,
        DropFields,
        DropNullFields,
        ErrorsAsDynamicFrame,
        Filter,
        FlatMap,
        Join,
        Map,
        MapToCollection,
        Relationalize,
        RenameField,
        Repartition,
        ResolveChoice,
        SelectFields,
        SelectFromCollection,
        Spigot,
        SplitFields,
        SplitRows,
        Unbox,
        Union,
        UnnestFrame,
    )
}


def get_transforms() -> list[type[GlueTransform]]:
    """Return all transforms."""
    return list(_TRANSFORMS.values())


def get_transform(name: str) -> type[GlueTransform]:
    """Return the transform of a name; KeyError when there is none."""
    return _TRANSFORMS[name]


def describe_transform(name: str) -> dict[str, Any]:
    """Return the description of the transform of a name."""
    return get_transform(name).describe()
