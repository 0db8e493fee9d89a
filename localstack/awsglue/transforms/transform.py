"""The base of all transforms: a class whose apply makes an instance and calls it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-GlueTransform.html
"""

import inspect
from typing import Any

# What an argument of this name is, in every transform: its type and its meaning.
_ARGUMENTS: dict[str, tuple[str, str]] = {
    "frame": ("DynamicFrame", "The frame to transform."),
    "frame1": ("DynamicFrame", "The first frame."),
    "frame2": ("DynamicFrame", "The second frame."),
    "dfc": ("DynamicFrameCollection", "The collection to transform."),
    "f": ("Function", "A function of one record."),
    "callable": ("Function", "A function of a frame and a transformation context."),
    "key": ("String", "The name of a frame in the collection."),
    "mappings": ("List", "Tuples of source path, source type, target path, target type."),
    "case_sensitive": ("Boolean", "Whether source paths are matched by case."),
    "paths": ("List", "Paths of fields."),
    "keys1": ("List", "Paths of the keys in the first frame."),
    "keys2": ("List", "Paths of the keys in the second frame."),
    "old_name": ("String", "The path of the field."),
    "new_name": ("String", "The new path of the field."),
    "comparison_dict": ("Dictionary", "Comparators and values by path."),
    "name": ("String", "The name of the root table."),
    "name1": ("String", "The name of the frame that is split off."),
    "name2": ("String", "The name of the frame that remains."),
    "num_partitions": ("Integer", "The number of partitions."),
    "shuffle": ("Boolean", "Whether records are spread anew."),
    "path": ("String", "A path: of a field, or for Spigot of a folder."),
    "format": ("String", "The format of the text."),
    "options": ("Dictionary", "Options of the transform."),
    "staging_path": ("String", "Where tables may be staged."),
    "specs": ("List", "Tuples of path and action."),
    "choice": ("String", "The action for every choice."),
    "database": ("String", "The database of match_catalog."),
    "table_name": ("String", "The table of match_catalog."),
    "catalog_id": ("String", "The Data Catalog of match_catalog."),
    "preservesPartitioning": ("Boolean", "Whether records stay in their partitions."),
    "BaseTransform": ("GlueTransform", "The transform to apply to each frame."),
    "frame_name": ("String", "The name of the transform's argument for the frame."),
    "transformation_ctx": ("String", "The key of the transform's state."),
    "info": ("String", "Text to go with errors."),
    "stageThreshold": ("Integer", "Errors of this stage at which the job fails; 0 for never."),
    "totalThreshold": ("Integer", "Errors of all stages at which the job fails; 0 for never."),
}


class GlueTransform:
    """A transform of frames."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Apply the transform and return its result."""
        return cls()(*args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the transform; every transform has its own arguments."""
        raise NotImplementedError(f"{self.name()} does not say what it does.")

    @classmethod
    def name(cls) -> str:
        """Return the name of the transform."""
        return cls.__name__

    @classmethod
    def describeArgs(cls) -> list[dict[str, Any]]:
        """Describe each argument: name, type, description, optional, defaultValue."""
        _refuse_base(cls, "describeArgs")
        arguments = list(inspect.signature(cls.__call__).parameters.values())[1:]
        return [_described(a) for a in arguments if a.kind is not a.VAR_KEYWORD]

    @classmethod
    def describeReturn(cls) -> dict[str, Any]:
        """Describe the result: type and description."""
        _refuse_base(cls, "describeReturn")
        annotation = inspect.signature(cls.__call__).return_annotation
        name = annotation if isinstance(annotation, str) else annotation.__name__
        return {"type": name, "description": "The result of the transform."}

    @classmethod
    def describeTransform(cls) -> str:
        """Describe the transform in a sentence."""
        _refuse_base(cls, "describeTransform")
        return inspect.cleandoc(cls.__doc__ or "").splitlines()[0]

    @classmethod
    def describeErrors(cls) -> list[dict[str, Any]]:
        """Describe the errors that the transform may raise."""
        _refuse_base(cls, "describeErrors")
        return [{"type": "ValueError", "description": "An argument cannot be what it is."}]

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Describe the transform as a whole."""
        return {
            "transform": {
                "name": cls.name(),
                "args": cls.describeArgs(),
                "returns": cls.describeReturn(),
                "raises": cls.describeErrors(),
                "location": "internal",
            }
        }


def _refuse_base(cls: type[GlueTransform], method: str) -> None:
    if cls is GlueTransform:
        raise NotImplementedError(f"GlueTransform.{method} is for the transforms to answer.")


def _described(argument: inspect.Parameter) -> dict[str, Any]:
    kind, description = _ARGUMENTS[argument.name]
    is_optional = argument.default is not argument.empty
    return {
        "name": argument.name,
        "type": kind,
        "description": description,
        "optional": is_optional,
        "defaultValue": str(argument.default) if is_optional else None,
    }
